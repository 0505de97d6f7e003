import { canChange, change, fetchDocument, RequestError } from '../api/client';
import type { Problem } from '../api/documents';
import type { JobDocument, JobRequest, JobsDocument } from './documents';

const isOver = (job: JobDocument): boolean => job.state === 'done' || job.state === 'failed' || job.state === 'cancelled';

/** A job of the server that does what a component wants done: found when it is under way already, started on request, followed to its end. */
export class Job {
  document = $state.raw<JobDocument | null>(null);
  /** Why it couldn't be started, followed or cancelled. */
  problem = $state.raw<Problem | null>(null);
  isUnderWay = $derived(this.document !== null && !isOver(this.document));
  readonly canStart = canChange;
  #request: JobRequest;
  #done: () => void;
  #events: EventSource | null = null;
  #leave = new AbortController();

  /** `done` is called once the result is there. */
  constructor(request: JobRequest, done: () => void) {
    this.#request = request;
    this.#done = done;
    fetchDocument<JobsDocument>('/api/jobs', this.#leave.signal).then(
      ({ jobs }) => {
        const same = jobs.find((job) => !isOver(job) && isSame(job.request, request));
        if (same && this.document === null) this.#follow(same);
      },
      (error: unknown) => this.#fail(error),
    );
  }

  start = async (): Promise<void> => {
    this.problem = null;
    try {
      this.#follow(await change<JobDocument>('POST', '/api/jobs', this.#request));
    } catch (error) {
      this.#fail(error);
    }
  };

  cancel = async (): Promise<void> => {
    if (this.document === null) return;
    try {
      await change<JobDocument>('DELETE', `/api/jobs/${this.document.id}`);
    } catch (error) {
      this.#fail(error);
    }
  };

  /** Follows no longer; the job goes on. */
  leave = (): void => {
    this.#leave.abort();
    this.#events?.close();
  };

  #follow(job: JobDocument): void {
    this.#events?.close();
    this.document = job;
    if (this.#leave.signal.aborted) return;
    const events = new EventSource(`/api/jobs/${job.id}/events`);
    this.#events = events;
    events.addEventListener('job', (event) => {
      const now = JSON.parse((event as MessageEvent<string>).data) as JobDocument;
      this.document = now;
      if (!isOver(now)) return;
      events.close();
      if (now.state === 'done') this.#done();
    });
    // A stream that breaks is opened again by the browser; one that is refused means that the server has forgotten the job.
    events.addEventListener('error', () => {
      if (events.readyState !== EventSource.CLOSED) return;
      this.document = null;
      this.problem = {
        status: 0,
        title: 'The job can’t be followed any more.',
        code: 'job-lost',
        cause: 'The server that ran it has ended or was started anew, and its jobs ended with it.',
        action: 'Reload the page, then start it again.',
        command: null,
      };
    });
  }

  #fail(error: unknown): void {
    if (this.#leave.signal.aborted) return;
    if (!(error instanceof RequestError)) throw error;
    this.problem = error.problem;
  }
}

const isSame = (a: JobRequest, b: JobRequest): boolean => a.run === b.run && a.method === b.method && a.targets === b.targets;
