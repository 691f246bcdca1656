const KEY = 'damask-theme';
const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const dark = matchMedia('(prefers-color-scheme: dark)');

export function theme(): Theme {
  return THEMES.find((it) => it === localStorage.getItem(KEY)) ?? 'auto';
}

function show(): void {
  const chosen = theme();
  const shown = chosen === 'auto' ? (dark.matches ? 'dark' : 'light') : chosen;
  document.documentElement.dataset['theme'] = shown;
}

/** Shows the chosen theme, and the system's as long as none is. `onChange` is told of every change. */
export function followTheme(onChange: () => void): void {
  show();
  dark.addEventListener('change', () => {
    show();
    onChange();
  });
}

/** The next one: as the system has it, light, dark. */
export function turnTheme(): void {
  localStorage.setItem(KEY, THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length] ?? 'auto');
  show();
}
