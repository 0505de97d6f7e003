import { links } from '../../lib/links';
import type { Room } from '../room';
import RunsPage from './RunsPage.svelte';
import { columns } from './order';

export const room: Room = {
  title: 'Runs',
  icon: 'runs',
  order: 0,
  letter: 'r',
  pattern: '/',
  page: RunsPage,
  query: {
    sort: (value) => columns.some((column) => value === column.key || value === `-${column.key}`),
    find: (value) => value.length > 0,
  },
  entrance: () => links.runs,
};
