/** `120-480` → [120, 480]; null for anything else. */
export function parseRange(text: string): [number, number] | null {
  const match = /^(\d{1,15})-(\d{1,15})$/.exec(text);
  if (!match) return null;
  const [from, to] = [Number(match[1]), Number(match[2])];
  return from < to ? [from, to] : null;
}
