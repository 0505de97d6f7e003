// The address of the page is its state: everything visible can be restored from it.
import { say } from './status.svelte';

class Place {
  path = $state(window.location.pathname);
  search = $state(window.location.search);
  query = $derived(new URLSearchParams(this.search));

  /** Goes to an address of this application. */
  go(address: string, how: { replace?: boolean } = {}): void {
    if (address === this.path + this.search) return;
    const samePage = address.split('?')[0] === this.path;
    if (how.replace) history.replaceState(null, '', address);
    else history.pushState(null, '', address);
    this.read();
    if (!samePage) document.getElementById('main')?.scrollTo(0, 0);
  }

  /** Changes one key of the query; null removes it. Keys keep one order, so that equal states have equal addresses. */
  set(key: string, value: string | null, how: { replace?: boolean } = {}): void {
    this.go(this.path + withKey(this.search, key, value), how);
  }

  read(): void {
    this.path = window.location.pathname;
    this.search = window.location.search;
  }
}

export const place = new Place();

/** A query with one key changed, keys sorted, null removing the key. */
export function withKey(search: string, key: string, value: string | null): string {
  const query = new URLSearchParams(search);
  if (value === null) query.delete(key);
  else query.set(key, value);
  query.sort();
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** Makes links of the application, back and forward change the page without loading it anew. */
export function followLinks(): () => void {
  const onClick = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!(link instanceof HTMLAnchorElement) || link.origin !== window.location.origin) return;
    if (link.target !== '' || link.hasAttribute('download') || link.getAttribute('href')?.startsWith('#')) return;
    event.preventDefault();
    place.go(link.pathname + link.search);
  };
  const onPop = () => place.read();
  document.addEventListener('click', onClick);
  window.addEventListener('popstate', onPop);
  return () => {
    document.removeEventListener('click', onClick);
    window.removeEventListener('popstate', onPop);
  };
}

/** Copies the address of the present state, `hash` naming a part of the page. */
export async function copyLink(hash = ''): Promise<void> {
  await copyText(window.location.origin + place.path + place.search + hash, 'Link copied');
}

/** Copies a text and says so in the status line. */
export async function copyText(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(done);
  } catch (error) {
    say(`The browser refused to copy: ${error instanceof Error ? error.message : String(error)}`);
  }
}
