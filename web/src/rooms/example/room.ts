import { panelQuery } from '../../lenses/panels';
import { links } from '../../lib/links';
import type { Room } from '../room';
import ExamplePage from './ExamplePage.svelte';

export const room: Room = {
  title: 'Example',
  icon: 'example',
  order: 2,
  letter: 'e',
  pattern: '/r/{run}/example/{split}/{index}',
  page: ExamplePage,
  query: {
    from: (value) => /^[^:]+:\d{1,15}$/.test(value),
    ...panelQuery('example'),
  },
  entrance: (run) => (run === null ? null : links.example(run, 'test', 0)),
};
