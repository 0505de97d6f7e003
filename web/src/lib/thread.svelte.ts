// The thread: where the person stands in the story from a mistake to the data behind it, and the next step.

export interface Chip {
  text: string;
  /** Where the chip leads. */
  address: string;
  /** Where the person stands once the chip is taken away. */
  without: string;
}

export interface Step {
  text: string;
  address: string;
}

class Thread {
  chips = $state.raw<Chip[]>([]);
  next = $state.raw<Step | null>(null);
}

export const thread = new Thread();

/** Says what the calling page adds to the thread, and the title of the page. */
export function usePage(page: () => { title: string; chips: Chip[]; next: Step | null }): void {
  $effect(() => {
    const { title, chips, next } = page();
    document.title = title === '' ? 'Tessar' : `${title} · Tessar`;
    thread.chips = chips;
    thread.next = next;
  });
}
