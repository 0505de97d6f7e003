// The panels of the lenses are found by the names of their files; nothing central lists them.
import type { Problem } from '../api/documents';
import { Resource } from '../lib/resource.svelte';
import type { Step } from '../lib/thread.svelte';
import type { Panel, Places, Where } from './panel';

type AnyPanel<P extends keyof Places> = Panel<P, unknown>;

const modules = import.meta.glob<{ panel: AnyPanel<keyof Places> }>('./*/*.panel.ts', { eager: true });

/** Where panels lie that are for every lens without one of its own. */
const common = 'any';

const withPanels = new Set(Object.keys(modules).map((file) => file.split('/')[1]));

/** Whether a lens has a panel of its own, in whatever room. */
export const hasPanel = (lens: string): boolean => lens !== common && withPanels.has(lens);

/** The panels of a room, from the top. */
export function panelsOf<P extends keyof Places>(place: P): AnyPanel<P>[] {
  const found = Object.values(modules).map((module) => module.panel);
  return found.filter((panel) => panel.place === place).sort((a, b) => a.order - b.order) as unknown as AnyPanel<P>[];
}

/** Keys of the query that the panels of a room understand. */
export function panelQuery(place: keyof Places): Record<string, (value: string) => boolean> {
  return Object.assign({}, ...panelsOf(place).map((panel) => panel.query)) as Record<string, (value: string) => boolean>;
}

/** A panel with its document as it is at a moment. */
export interface Shown<P extends keyof Places> {
  panel: AnyPanel<P>;
  document: unknown;
  problem: Problem | null;
}

/** The panels of a page, each following its own document. */
export class Panels<P extends keyof Places> {
  #panels: { panel: AnyPanel<P>; resource: Resource<unknown> }[];

  /** `where` is null while the page has nothing to show panels of. */
  constructor(place: P, where: () => Where | null, query: () => URLSearchParams) {
    this.#panels = panelsOf(place).map((panel) => ({
      panel,
      resource: new Resource<unknown>(() => {
        const at = where();
        return at === null ? null : panel.address(at, accepted(panel, query()));
      }),
    }));
  }

  /** Whether every panel has an answer, good or bad, and awaits no other. */
  get isSettled(): boolean {
    return this.#panels.every(({ resource }) => resource.isSettled && !resource.isLoading);
  }

  /** The panels with their documents now. */
  get shown(): Shown<P>[] {
    return this.#panels.map(({ panel, resource }) => ({ panel, document: resource.data, problem: resource.problem }));
  }

  /** Asks for the documents again: of one panel, or of all. */
  retry = (only?: AnyPanel<P>): void => {
    for (const { panel, resource } of this.#panels) if (only === undefined || panel === only) resource.retry();
  };
}

/** The next step of the thread that the first of the panels with one suggests. */
export function nextOf<P extends keyof Places>(shown: Shown<P>[], page: Places[P], query: URLSearchParams): Step | null {
  for (const { panel, document } of shown) {
    const step = document === null ? null : (panel.next?.(document, page, accepted(panel, query)) ?? null);
    if (step) return step;
  }
  return null;
}

/** The part of a query that stays when a page goes on to another example. */
export function keptQuery(place: keyof Places, query: URLSearchParams): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const panel of panelsOf(place)) {
    const known = accepted(panel, query);
    for (const key of panel.kept) {
      const value = known.get(key);
      if (value !== null) kept[key] = value;
    }
  }
  return kept;
}

function accepted(panel: { query: Record<string, (value: string) => boolean> }, query: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...query].filter(([key, value]) => panel.query[key]?.(value) === true));
}
