// Light or dark: the system's choice until the person makes one, which is then remembered (public/theme.js applies it early).

export type Theme = 'light' | 'dark';

const storageKey = 'tessar.theme';
const system = window.matchMedia('(prefers-color-scheme: dark)');

class ThemeChoice {
  chosen = $state<Theme | null>((document.documentElement.dataset['theme'] as Theme | undefined) ?? null);
  #system = $state<Theme>(system.matches ? 'dark' : 'light');
  current = $derived(this.chosen ?? this.#system);

  constructor() {
    system.addEventListener('change', () => (this.#system = system.matches ? 'dark' : 'light'));
  }

  toggle(): void {
    this.chosen = this.current === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset['theme'] = this.chosen;
    localStorage.setItem(storageKey, this.chosen);
  }
}

export const theme = new ThemeChoice();
