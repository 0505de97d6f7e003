import { untrack } from 'svelte';
import { fetchDocument, RequestError } from '../api/client';
import type { Problem } from '../api/documents';

/** A document of the server that follows its address: loading, ready or failed. */
export class Resource<T> {
  data = $state.raw<T | null>(null);
  problem = $state.raw<Problem | null>(null);
  isLoading = $state(true);
  /** True after a second of loading: time for a word. */
  isSlow = $state(false);
  /** Whether there is an answer, good or bad. */
  isSettled = $derived(this.data !== null || this.problem !== null);
  #attempt = $state(0);

  /** Asks again. */
  retry = (): void => {
    untrack(() => (this.#attempt += 1));
  };

  /**
   * Follows `address`; null asks for nothing. While a new document loads the earlier one stays, so that nothing jumps.
   * `again` says after how many milliseconds a document that is still changing is to be asked for anew.
   */
  constructor(address: () => string | null, again: (data: T) => number | null = () => null) {
    $effect(() => {
      void this.#attempt;
      const target = address();
      if (target === null) {
        this.data = null;
        this.problem = null;
        this.isLoading = false;
        return undefined;
      }
      const abort = new AbortController();
      const slow = setTimeout(() => (this.isSlow = true), 1000);
      let timer: ReturnType<typeof setTimeout> | undefined;
      this.isLoading = true;

      const settle = () => {
        clearTimeout(slow);
        this.isSlow = false;
        this.isLoading = false;
      };
      const load = () =>
        fetchDocument<T>(target, abort.signal).then(
          (data) => {
            if (abort.signal.aborted) return;
            settle();
            this.data = data;
            this.problem = null;
            const wait = again(data);
            if (wait !== null) timer = setTimeout(load, wait);
          },
          (error: unknown) => {
            if (abort.signal.aborted) return;
            settle();
            this.data = null;
            this.problem = error instanceof RequestError ? error.problem : unexpected(error);
          },
        );
      void load();
      return () => {
        abort.abort();
        clearTimeout(slow);
        clearTimeout(timer);
      };
    });
  }
}

function unexpected(error: unknown): Problem {
  return {
    status: 0,
    title: 'This page met an error of its own.',
    code: 'page-error',
    cause: error instanceof Error ? error.message : String(error),
    action: 'Reload the page; if it persists, please report it with this text.',
    command: null,
  };
}
