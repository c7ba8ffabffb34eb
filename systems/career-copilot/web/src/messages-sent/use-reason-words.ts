import { useTranslations } from 'use-intl';
import type { Messages } from '../i18n/catalogue.ts';
import { partsOf } from './outcome.ts';

/** Why a message waits, was not sent or did not arrive; what the service has no word for as it came. */
export function useReasonWords(): (reason: string) => string {
  const t = useTranslations('messagesSent.reasons');
  return (reason) => {
    const { word, detail } = partsOf(reason) ?? { word: null, detail: null };
    if (word === null || !t.has(word as Known)) return reason;
    const words = t(word as Known);
    return detail === null ? words : `${words} (${detail})`;
  };
}

type Known = keyof Messages['messagesSent']['reasons'];
