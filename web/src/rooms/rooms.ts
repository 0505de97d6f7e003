// The rooms are found by the name of their files; nothing central lists them.
import type { Room } from './room';

const modules = import.meta.glob<{ room: Room }>('./*/room.ts', { eager: true });

export const rooms: Room[] = Object.values(modules)
  .map((module) => module.room)
  .sort((a, b) => a.order - b.order);

export interface Match {
  room: Room;
  parameters: Record<string, string>;
}

/** The room an address belongs to, or null. */
export function findRoom(path: string): Match | null {
  for (const room of rooms) {
    const parameters = match(room.pattern, path);
    if (parameters) return { room, parameters };
  }
  return null;
}

function match(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/');
  const given = path.replace(/(.)\/$/, '$1').split('/');
  if (wanted.length !== given.length) return null;
  const parameters: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const value = given[i] ?? '';
    if (part.startsWith('{')) {
      const decoded = decode(value);
      if (decoded === null || decoded === '') return null;
      parameters[part.slice(1, -1)] = decoded;
    } else if (part !== value) return null;
  }
  return parameters;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null; // a stray % sign: no room has such an address
  }
}
