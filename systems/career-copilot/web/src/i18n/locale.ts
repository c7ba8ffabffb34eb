/** Languages that there are messages in. The first is that of whoever reads none of them. */
export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/** `locale` (BCP 47) formats dates and numbers: of the language, with the region of the reader where the browser tells one. */
export type Locale = { language: Language; locale: string };

/**
 * @param chosen what the reader has set, if anything
 * @param preferred what the browser says its user reads, the best first
 */
export function chooseLocale(chosen: string | null, preferred: readonly string[]): Locale {
  const known = preferred.filter((tag) => languageOf(tag) !== undefined);
  const language = languageOf(chosen ?? '') ?? languageOf(known[0] ?? '') ?? LANGUAGES[0];
  return { language, locale: known.find((tag) => languageOf(tag) === language && isLocale(tag)) ?? language };
}

function languageOf(tag: string): Language | undefined {
  const [language] = tag.toLowerCase().split('-');
  return LANGUAGES.find((each) => each === language);
}

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
