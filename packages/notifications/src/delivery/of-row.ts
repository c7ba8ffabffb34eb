import type { Locale, TemplateWords } from '../api/index.ts';

/** What is said of a row that others have made in the app, by other ways: what the row says. */
const WORDS: Record<Locale, TemplateWords> = {
  en: { subject: '{{ title }}', body: '{{ body }}', action: 'Look at it', short: '{{ body }}' },
  de: { subject: '{{ title }}', body: '{{ body }}', action: 'Ansehen', short: '{{ body }}' },
};
const PREFIX = 'row:';

export const factOfRow = (id: number | string) => `${PREFIX}${id}`;

/** As what a message is filled: one of a row with its words, and a link to where all is found, since it does not say what it is about. */
export function filledAs(
  { kind, fact }: { kind: string; fact: string },
  locale: Locale,
): { kind: string; words?: TemplateWords } {
  return fact.startsWith(PREFIX) ? { kind: 'digest', words: WORDS[locale] } : { kind };
}
