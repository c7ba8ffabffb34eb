import { type Area, createCatalogue, type Loaders, type Messages } from './catalogue.ts';
import type shell from './messages/en.json';

declare module './catalogue.ts' {
  interface Messages {
    shell: typeof shell;
  }
}

declare module 'use-intl' {
  interface AppConfig {
    Messages: Messages;
  }
}

export { type Formats, type Instant, useAgo, useFormats } from './formats.ts';
export type { Language, Locale } from './locale.ts';
export { LANGUAGES } from './locale.ts';

const KEY = 'career-copilot-language';

/** The messages of this page, and the language that they are in. */
export const catalogue = createCatalogue({
  chosen: () => stored(),
  choose: (language) => {
    try {
      localStorage.setItem(KEY, language);
    } catch {
      // Storage is blocked: the choice lasts as long as the page.
    }
  },
  preferred: () => navigator.languages,
});

/** Those of the frame around all pages. */
export const loadShellMessages = messagesOf('shell', {
  en: () => import('./messages/en.json'),
  de: () => import('./messages/de.json'),
});

/** The `loader` of a route whose pages use the messages of an area: they are there before the page is. */
export function messagesOf<A extends Area>(area: A, loaders: Loaders<A>): () => Promise<void> {
  return () => catalogue.load(area, loaders);
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
