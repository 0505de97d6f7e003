import { newestSchema, type Problem } from './documents';

/** A request that didn't bring a document. */
export class RequestError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title);
  }
}

/** What a request that changes something has to show; null where the server didn't give the page one. */
const token = document.querySelector<HTMLMetaElement>('meta[name=tessar-token]')?.content || null;

/** Whether this page may ask the server to change something. */
export const canChange = token !== null;

/** Fetches a document of the API; throws a RequestError with cause and remedy. */
export const fetchDocument = <T>(address: string, signal: AbortSignal): Promise<T> => request<T>(address, { signal });

/** Asks the server to change something; throws a RequestError with cause and remedy. */
export function change<T>(method: 'POST' | 'DELETE', address: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { 'x-tessar-token': token ?? '' };
  if (body === undefined) return request<T>(address, { method, headers });
  return request<T>(address, { method, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

async function request<T>(address: string, how: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(address, { ...how, headers: { accept: 'application/json', ...(how.headers as Record<string, string> | undefined) } });
  } catch (error) {
    if (how.signal?.aborted) throw error;
    throw new RequestError({
      status: 0,
      title: 'The workbench server doesn’t answer.',
      code: 'server-unreachable',
      cause: 'The program that serves this page has ended, or its address has changed.',
      action: 'Start it again, then try once more.',
      command: 'tessar serve',
    });
  }

  const body: unknown = await response.json().catch((error: unknown) => error);
  if (!response.ok) throw new RequestError(toProblem(response.status, body));
  const schema = typeof body === 'object' && body !== null && 'schema' in body ? body.schema : undefined;
  if (typeof schema !== 'number' || schema > newestSchema) {
    throw new RequestError({
      status: response.status,
      title: 'The server’s answer can’t be read by this page.',
      code: 'schema-unknown',
      cause: `Expected a document of schema ${newestSchema} or older, got ${String(schema)} from ${address}.`,
      action: 'Reload the page, so that it matches the server.',
      command: null,
    });
  }
  return body as T;
}

function toProblem(status: number, body: unknown): Problem {
  const given = typeof body === 'object' && body !== null ? (body as Partial<Problem>) : {};
  return {
    status,
    title: given.title ?? `The server answered with status ${status}.`,
    code: given.code ?? `http-${status}`,
    cause: given.cause ?? 'The answer carries no cause.',
    action: given.action ?? 'Try again; if it persists, restart the server.',
    command: given.command ?? null,
  };
}

const segment = encodeURIComponent;

export const addresses = {
  runs: () => '/api/runs',
  run: (run: string) => `/api/runs/${segment(run)}`,
  metrics: (run: string, range: { from: number; to: number } | null, points: number, series?: string) => {
    const query = new URLSearchParams();
    if (range) {
      query.set('from', String(range.from));
      query.set('to', String(range.to));
    }
    query.set('points', String(points));
    if (series) query.set('series', series);
    return `/api/runs/${segment(run)}/metrics?${query}`;
  },
  metricRows: (run: string, first: number, count: number) =>
    `/api/runs/${segment(run)}/metrics/rows?first=${first}&count=${count}`,
  results: (run: string) => `/api/runs/${segment(run)}/results`,
  result: (run: string, key: string) => `/api/runs/${segment(run)}/results/${segment(key)}`,
  example: (run: string, split: string, index: string) => `/api/runs/${segment(run)}/example/${segment(split)}/${segment(index)}`,
};
