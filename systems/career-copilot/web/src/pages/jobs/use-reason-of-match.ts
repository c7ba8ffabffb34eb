import { useTranslations } from 'use-intl';
import { useFormats } from '../../i18n/index.ts';
import type { MatchPoint } from './match.ts';
import { CURRENCY } from './use-salary.ts';

/** Why a part of a match has its points, in the reader's words, lists and money. */
export function useReasonOfMatch(): (reason: MatchPoint['reason']) => string {
  const t = useTranslations('jobs');
  const { list, money } = useFormats();
  const level = (name: MatchPoint['reason']['asked']) => (name ? t(`filters.levels.${name}`) : '');
  const dollars = (amount = 0) => money(amount, { currency: CURRENCY });
  const some = (items: readonly string[]) => (items.length === 0 ? 'none' : list(items));
  return ({ is, have = [], missing = [], words = [], asked, yours, offered, wanted, days = 0 }) => {
    if (is === 'skills')
      return t('match.reasons.skills', {
        have: have.length,
        asked: have.length + missing.length,
        which: some(have),
        missing: some(missing),
      });
    return t(`match.reasons.${is}`, {
      words: list(words),
      asked: level(asked),
      yours: level(yours),
      offered: dollars(offered),
      wanted: dollars(wanted),
      days,
    });
  };
}
