// What a panel is: a part of a room's page that belongs to a lens. A file `src/lenses/<lens>/<name>.panel.ts` exports `panel`;
// nothing lists it (see panels.ts).
import type { Component } from 'svelte';
import type { ExampleDocument, Problem, RunDocument } from '../api/documents';
import type { Step } from '../lib/thread.svelte';

/** Where a page is: the parts of its address. */
export type Where = Record<string, string>;

/** The rooms that take panels, with the document of the page around them. */
export interface Places {
  example: ExampleDocument;
  overview: RunDocument;
}

export interface Panel<P extends keyof Places, D> {
  place: P;
  /** Place among the panels of a page, from the top. */
  order: number;
  /** Keys of the query this panel understands, each with a test of its value. */
  query: Record<string, (value: string) => boolean>;
  /** Those of them that stay when the page goes on to another example. */
  kept: string[];
  /** The document it shows. The query holds accepted values only. */
  address: (where: Where, query: URLSearchParams) => string;
  component: Component<PanelProperties<P, D>>;
  /** The next step of the thread that the document suggests, or null. */
  next?: (document: D, page: Places[P], query: URLSearchParams) => Step | null;
}

/** What a panel's component is given. */
export interface PanelProperties<P extends keyof Places, D> {
  page: Places[P];
  /** The document, or null when there is none; then `problem` says why. */
  document: D | null;
  problem: Problem | null;
  /** Asks for the document again. */
  retry: () => void;
}
