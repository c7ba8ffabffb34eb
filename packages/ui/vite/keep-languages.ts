import type { Plugin } from 'vite';

/**
 * Of react-aria's own words (drag and drop, calendars, counts) only those of these languages ("en", "de") get into the pages. It brings
 * thirty-odd, which is a fifth of all components, compressed; its own plugin for that would bring five packages for these lines.
 * For other languages it falls back on English, which has to be among them.
 */
export function keepLanguages(languages: readonly string[]): Plugin {
  return {
    name: 'banyan:keep-languages',
    enforce: 'pre',
    resolveId: (specifier, importer) => (isLeftOut(specifier, importer, languages) ? NO_WORDS : null),
    // undefined: the dictionary looks on. An empty object would be a language without words.
    load: (id) => (id === NO_WORDS ? 'export default undefined;' : null),
  };
}

const NO_WORDS = '\0no-words';

/** A module of words is called after its language and region, "de-DE.mjs". */
export function isLeftOut(
  specifier: string,
  importer: string | undefined,
  languages: readonly string[],
): boolean {
  const [, language] = /(?:^|\/)([a-z]{2})-[A-Z]{2}\.m?js$/.exec(specifier) ?? [];
  if (
    !language ||
    !importer ||
    !/[\\/]node_modules[\\/]react-(aria|aria-components|stately)[\\/]/.test(importer)
  )
    return false;
  return !languages.includes(language);
}
