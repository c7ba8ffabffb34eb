import type { Locale } from './built-in.ts';
import type { Footer } from './render.ts';

const WORDS: Record<Locale, { mandatory: string; chosen: string; unsubscribe: string }> = {
  en: {
    mandatory: 'You get this message because it is about your account at Career Copilot.',
    chosen: 'You get this message because you have chosen to be told of this at Career Copilot.',
    unsubscribe: 'Do not send me this any more',
  },
  de: {
    mandatory: 'Sie erhalten diese Nachricht, weil sie Ihr Konto bei Career Copilot betrifft.',
    chosen: 'Sie erhalten diese Nachricht, weil Sie bei Career Copilot darüber informiert werden möchten.',
    unsubscribe: 'Diese Nachrichten nicht mehr senden',
  },
};

export function footerOf(
  locale: Locale,
  { mandatory, unsubscribeUrl }: { mandatory: boolean; unsubscribeUrl: string | null },
): Footer {
  const words = WORDS[locale];
  return {
    why: mandatory ? words.mandatory : words.chosen,
    unsubscribe: unsubscribeUrl === null ? null : { label: words.unsubscribe, url: unsubscribeUrl },
  };
}
