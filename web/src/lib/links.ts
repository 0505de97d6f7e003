const segment = encodeURIComponent;

/** Addresses of the pages. */
export const links = {
  runs: '/',
  run: (run: string) => `/r/${segment(run)}`,
  example: (run: string, split: string, index: number, query: Record<string, string | null> = {}) => {
    const search = new URLSearchParams();
    for (const [key, value] of Object.entries(query)) if (value) search.set(key, value);
    search.sort();
    const text = search.toString();
    return `/r/${segment(run)}/example/${segment(split)}/${index}${text === '' ? '' : `?${text}`}`;
  },
};
