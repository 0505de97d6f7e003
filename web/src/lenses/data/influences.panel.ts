import { links } from '../../lib/links';
import type { Panel } from '../panel';
import { addresses } from './addresses';
import type { InfluencesDocument } from './documents';
import InfluencesPanel from './InfluencesPanel.svelte';
import { pushed } from './lists';

export const panel: Panel<'example', InfluencesDocument> = {
  place: 'example',
  order: 1,
  query: {
    method: (value) => value.includes('/'),
    as: (value) => value === 'table',
  },
  kept: ['method'],
  address: (where, query) => addresses.influences(where['run'] ?? '', where['split'] ?? '', where['index'] ?? '', query.get('method')),
  component: InfluencesPanel,
  next: (document, example, query) => {
    const strongest = pushed(example, document)?.influences[0];
    if (!strongest) return null;
    const how = { from: `${example.split}:${example.index}`, method: query.get('method') };
    return { text: 'See the image that pushed it most', address: links.example(example.run, strongest.split, strongest.index, how) };
  },
};
