import { links } from '../../lib/links';
import type { Panel } from '../panel';
import { addresses } from './addresses';
import type { MistakesDocument } from './documents';
import Mistakes from './Mistakes.svelte';

export const panel: Panel<'overview', MistakesDocument> = {
  place: 'overview',
  order: 1,
  query: {},
  kept: [],
  address: (where) => addresses.mistakes(where['run'] ?? '', 'test', 18),
  component: Mistakes,
  next: (document) => {
    const worst = document.mistakes[0];
    return worst ? { text: 'See the most confident mistake', address: links.example(document.run, document.split, worst.index) } : null;
  },
};
