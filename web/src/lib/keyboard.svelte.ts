// Single-key shortcuts. They rest while a text field has the focus or a modifier is held, and can be switched off for
// people whose tools type letters (WCAG 2.1.4).
import { untrack } from 'svelte';

export interface Shortcut {
  /** As `KeyboardEvent.key` gives it, or `g x` for the letter x after g. */
  keys: string[];
  does: string;
  run: () => void;
}

const storageKey = 'tessar.shortcuts';

class Keyboard {
  isOn = $state(localStorage.getItem(storageKey) !== 'off');
  groups = $state.raw<{ title: string; shortcuts: Shortcut[] }[]>([]);
  /** When g was pressed, so that the next letter may complete it; it is forgotten after a while. */
  #prefixed = -Infinity;

  switch(isOn: boolean): void {
    this.isOn = isOn;
    localStorage.setItem(storageKey, isOn ? 'on' : 'off');
  }

  add(title: string, shortcuts: Shortcut[]): () => void {
    const group = { title, shortcuts };
    this.groups = [...this.groups, group];
    return () => {
      this.groups = this.groups.filter((other) => other !== group);
    };
  }

  listen(): () => void {
    const onKey = (event: KeyboardEvent) => this.#onKey(event);
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }

  #onKey(event: KeyboardEvent): void {
    if (!this.isOn || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector('dialog[open]') || isTyping(event.target)) return;

    const isSecond = event.timeStamp - this.#prefixed < 2000;
    this.#prefixed = !isSecond && event.key === 'g' ? event.timeStamp : -Infinity;
    if (this.#prefixed > 0) return;
    const pressed = isSecond ? `g ${event.key}` : event.key;
    for (const group of this.groups) {
      const shortcut = group.shortcuts.find((candidate) => candidate.keys.includes(pressed));
      if (!shortcut) continue;
      event.preventDefault();
      shortcut.run();
      return;
    }
  }
}

export const keyboard = new Keyboard();

/** Offers shortcuts as long as the calling component lives. */
export function useShortcuts(title: string, shortcuts: () => Shortcut[]): void {
  $effect(() => {
    const offered = shortcuts();
    // The list of groups is written here, not followed.
    return untrack(() => keyboard.add(title, offered));
  });
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
}
