import { LOCALES, type Locale } from '../api/index.ts';

/** The first of these languages that there are templates in, by its first part: `de-AT` reads `de`. */
export function localeOf(...wanted: (string | null | undefined)[]): Locale {
  for (const one of wanted) {
    const language = one?.toLowerCase().split(/[-_]/)[0];
    const found = LOCALES.find((locale) => locale === language);
    if (found) return found;
  }
  return LOCALES[0];
}
