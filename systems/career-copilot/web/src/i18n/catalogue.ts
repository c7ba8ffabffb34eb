import { chooseLocale, type Language, type Locale } from './locale.ts';

/**
 * Messages by area. An area of pages adds its own beside its routes:
 *
 *     declare module '../../i18n/catalogue.ts' {
 *       interface Messages { jobs: typeof import('./messages/en.json') }
 *     }
 *
 * so that `useTranslations('jobs')` knows its keys.
 */
// biome-ignore lint/suspicious/noEmptyInterface: areas add to it
export interface Messages {}
export type Area = keyof Messages;

/** Loads the messages of an area, by language. German that lacks a key of English is an error of types. */
export type Loaders<A extends Area = Area> = Record<Language, () => Promise<{ default: Messages[A] }>>;

type Loaded = Locale & { messages: Partial<Messages> };

/** What of the browser decides about the language. */
export type LocaleSetting = {
  chosen(): string | null;
  choose(language: Language): void;
  preferred(): readonly string[];
};

export type Catalogue = {
  /** The language, and the messages loaded in it. The same object until one of them changes. */
  loaded(): Loaded;
  subscribe(listener: () => void): () => void;
  /** Resolves once the messages of an area are there. */
  load<A extends Area>(area: A, loaders: Loaders<A>): Promise<void>;
  /** Changes the language at once for the whole page: what is shown until then stays as it is. Rejects when messages cannot be loaded. */
  choose(language: Language): Promise<void>;
};

export function createCatalogue(setting: LocaleSetting): Catalogue {
  let loaded: Loaded = { ...chooseLocale(setting.chosen(), setting.preferred()), messages: {} };
  const areas = new Map<Area, Loaders>();
  const listeners = new Set<() => void>();
  let lastChoice = 0;

  const become = (next: Loaded) => {
    loaded = next;
    for (const listener of [...listeners]) listener();
  };

  return {
    loaded: () => loaded,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    load: async (area, loaders) => {
      areas.set(area, loaders as Loaders);
      // The language may change while messages are on their way.
      while (!Object.hasOwn(loaded.messages, area)) {
        const { language } = loaded;
        const messages = (await loaders[language]()).default;
        if (language === loaded.language)
          become({ ...loaded, messages: { ...loaded.messages, [area]: messages } });
      }
    },
    choose: async (language) => {
      lastChoice += 1;
      const choice = lastChoice;
      const entries = await Promise.all(
        [...areas].map(async ([area, loaders]) => [area, (await loaders[language]()).default] as const),
      );
      if (choice !== lastChoice) return;
      setting.choose(language);
      become({ ...chooseLocale(language, setting.preferred()), messages: Object.fromEntries(entries) });
    },
  };
}
