/** Colours: as the device has them, or as its user has chosen. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'career-copilot-theme';
const listeners = new Set<() => void>();
let current: Theme = stored();

export function theme(): Theme {
  return current;
}

export function subscribeTheme(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** @param name anything else than a theme is the device's */
export function chooseTheme(name: string): void {
  current = themeOf(name);
  try {
    localStorage.setItem(KEY, current);
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
  showTheme();
  for (const listener of [...listeners]) listener();
}

/** By the attribute that the tokens of colour go by. */
export function showTheme(): void {
  const { dataset } = document.documentElement;
  if (current === 'system') delete dataset.theme;
  else dataset.theme = current;
}

function stored(): Theme {
  try {
    return themeOf(localStorage.getItem(KEY));
  } catch {
    return 'system';
  }
}

function themeOf(name: string | null): Theme {
  return THEMES.find((each) => each === name) ?? 'system';
}
