// Class colours (Petroff, arXiv 2107.02270) and a glyph for each, so that no class is known by its colour alone.
// Colours live in app.css (--class-0 … --class-9, --class-0-edge …), because outlines differ between the themes.

/** Outlines in a 12 × 12 box, in the order of the colours. */
const glyphs = [
  'M6 1A5 5 0 1 1 6 11 5 5 0 1 1 6 1Z',
  'M1.5 1.5h9v9h-9Z',
  'M6 .8 11.4 10.6H.6Z',
  'M6 .3 11.7 6 6 11.7.3 6Z',
  'M4.2 1h3.6v3.2H11v3.6H7.8V11H4.2V7.8H1V4.2h3.2Z',
  'M6 .5 7.5 4.3 11.6 4.6 8.4 7.2 9.5 11.2 6 9 2.5 11.2 3.6 7.2.4 4.6 4.5 4.3Z',
  'M6 11.2.6 1.4h10.8Z',
  'M3.2 1.2h5.6L11.6 6 8.8 10.8H3.2L.4 6Z',
  'M2.6.6 6 4 9.4.6 11.4 2.6 8 6 11.4 9.4 9.4 11.4 6 8 2.6 11.4.6 9.4 4 6 .6 2.6Z',
  'M6 .4 11.6 4.6 9.5 11.2h-7L.4 4.6Z',
];

/** Classes beyond the palette are grey and share one glyph; they are told apart by name. */
export function classMark(index: number): { fill: string; edge: string; glyph: string } {
  const glyph = glyphs[index];
  if (glyph === undefined) return { fill: 'var(--class-rest)', edge: 'none', glyph: 'M2 4.5h8v3H2Z' };
  return { fill: `var(--class-${index})`, edge: `var(--class-${index}-edge)`, glyph };
}

/** The name of a class, or its number where the data set has no name for it. */
export const className = (classes: string[], index: number): string => classes[index] ?? `class ${index}`;
