import { panelQuery } from '../../lenses/panels';
import { links } from '../../lib/links';
import type { Room } from '../room';
import OverviewPage from './OverviewPage.svelte';
import { parseRange } from './range';

export const room: Room = {
  title: 'Overview',
  icon: 'overview',
  order: 1,
  letter: 'o',
  pattern: '/r/{run}',
  page: OverviewPage,
  query: {
    steps: (value) => parseRange(value) !== null,
    at: (value) => /^\d{1,15}$/.test(value),
    table: (value) => value === 'loss' || value === 'accuracy',
    row: (value) => /^\d{1,9}$/.test(value),
    ...panelQuery('overview'),
  },
  entrance: (run) => (run === null ? null : links.run(run)),
};
