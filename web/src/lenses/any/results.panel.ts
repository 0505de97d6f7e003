import { addresses } from '../../api/client';
import type { ResultsDocument } from '../../api/documents';
import type { Panel } from '../panel';
import Results from './Results.svelte';

export const panel: Panel<'overview', ResultsDocument> = {
  place: 'overview',
  order: 100,
  query: { result: (value) => /^[0-9a-f]{16}$/.test(value) },
  kept: [],
  address: (where) => addresses.results(where['run'] ?? ''),
  component: Results,
};
