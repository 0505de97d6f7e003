import type { RunRow } from '../../api/documents';

export interface Column {
  key: string;
  title: string;
  /** What the rows are ordered by; null values always come last. */
  by: (row: RunRow) => string | number | null;
}

export const columns: Column[] = [
  { key: 'name', title: 'Run', by: (row) => row.name.toLowerCase() },
  { key: 'status', title: 'Status', by: (row) => row.status },
  { key: 'accuracy', title: 'Test accuracy', by: (row) => row.testAccuracy },
  { key: 'data', title: 'Data', by: (row) => row.data },
  { key: 'started', title: 'Started', by: (row) => row.created },
];

export const defaultSort = '-started';

/** Rows that contain every word of `find`, ordered by `sort`: a column's key, with a minus sign for descending. */
export function arrange(rows: RunRow[], sort: string, find: string): RunRow[] {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  const kept = rows.filter((row) => {
    const text = [row.name, row.status, row.model, row.data, ...row.methods.map((badge) => badge.method)].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const isDescending = sort.startsWith('-');
  const column = columns.find((candidate) => candidate.key === sort.replace('-', ''));
  if (!column) return kept;
  return kept.sort((a, b) => {
    const [left, right] = [column.by(a), column.by(b)];
    if (left === null || right === null) return (left === null ? 1 : 0) - (right === null ? 1 : 0);
    const order = left < right ? -1 : left > right ? 1 : 0;
    return isDescending ? -order : order;
  });
}
