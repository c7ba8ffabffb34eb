import type { Locale } from '../api/index.ts';
import type { Footer } from './render.ts';

const WORDS: Record<Locale, { mandatory: string; chosen: string; unsubscribe: string }> = {
  en: {
    mandatory: 'You get this message because it is about your account at #.',
    chosen: 'You get this message because you have chosen to be told of this at #.',
    unsubscribe: 'Do not send me this any more',
  },
  de: {
    mandatory: 'Sie erhalten diese Nachricht, weil sie Ihr Konto bei # betrifft.',
    chosen: 'Sie erhalten diese Nachricht, weil Sie bei # darüber informiert werden möchten.',
    unsubscribe: 'Diese Nachrichten nicht mehr senden',
  },
};

/** `title`: of the system, as its people know it. */
export function footerOf(
  title: string,
  locale: Locale,
  { mandatory, unsubscribeUrl }: { mandatory: boolean; unsubscribeUrl: string | null },
): Footer {
  const words = WORDS[locale];
  return {
    why: (mandatory ? words.mandatory : words.chosen).replace('#', () => title),
    unsubscribe: unsubscribeUrl === null ? null : { label: words.unsubscribe, url: unsubscribeUrl },
  };
}
