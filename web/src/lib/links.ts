const segment = encodeURIComponent;

/** Addresses of the pages. */
export const links = {
  runs: '/',
  run: (run: string) => `/r/${segment(run)}`,
  example: (run: string, split: string, index: number, query: { from?: string | null; method?: string | null } = {}) => {
    const search = new URLSearchParams();
    if (query.from) search.set('from', query.from);
    if (query.method) search.set('method', query.method);
    const text = search.toString();
    return `/r/${segment(run)}/example/${segment(split)}/${index}${text === '' ? '' : `?${text}`}`;
  },
};
