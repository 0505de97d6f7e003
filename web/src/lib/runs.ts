import { getContext, setContext } from 'svelte';
import type { RunsDocument } from '../api/documents';
import type { Resource } from './resource.svelte';

const key = Symbol('runs');

/** Shares the table of runs with every page. */
export const shareRuns = (runs: Resource<RunsDocument>): Resource<RunsDocument> => setContext(key, runs);

/** The table of runs. */
export const useRuns = (): Resource<RunsDocument> => getContext<Resource<RunsDocument>>(key);
