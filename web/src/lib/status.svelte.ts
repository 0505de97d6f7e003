// The status line at the bottom of the frame: one polite live region for everything that happens.

class Status {
  text = $state('');
}

export const status = new Status();

/** Shows a sentence in the status line and has it read out. */
export function say(text: string): void {
  status.text = text;
}
