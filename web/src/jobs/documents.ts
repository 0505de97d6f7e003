// The documents of jobs, as src/Tessar.Web/Jobs writes them.
import type { Problem } from '../api/documents';

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** One method, for one run and some targets. */
export interface JobRequest {
  run: string;
  method: string;
  /** null for a lens that is asked about the run as a whole. */
  targets: string | null;
}

export interface JobProgress {
  stage: string;
  done: number;
  /** 0 when not known. */
  total: number;
  unit: string;
  detail: string | null;
}

export interface JobDocument {
  schema: number;
  id: string;
  request: JobRequest;
  /** The command that does the same. */
  command: string;
  state: JobState;
  progress: JobProgress | null;
  created: string;
  started: string | null;
  finished: string | null;
  problem: Problem | null;
}

export interface JobsDocument {
  schema: number;
  /** Whether jobs can be started. */
  isAvailable: boolean;
  /** The newest first. */
  jobs: JobDocument[];
}
