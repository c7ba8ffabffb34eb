import { useCallback } from 'react';
import { useTranslations } from 'use-intl';
import type { Messages } from '../../i18n/catalogue.ts';
import { useFormats } from '../../i18n/index.ts';
import type { Offer } from './posting.ts';

/** In which the columns of pay are, by the year. */
export const CURRENCY = 'USD';

/** What a job pays, as far as it is known: `$50,000 – $60,000 a year`. */
export function useSalary(): (job: {
  salary_min: number | null;
  salary_max: number | null;
}) => string | null {
  const say = useRange();
  return useCallback(
    ({ salary_min, salary_max }) => say(salary_min, salary_max, { currency: CURRENCY, period: 'year' }),
    [say],
  );
}

/** The same as a source has it: in its currency and for its time, or in its own words. */
export function useOfferedSalary(): (salary: Offer['salary']) => string | null {
  const say = useRange();
  return (salary) => {
    if (salary === null) return null;
    const { min, max, currency, period, text } = salary;
    return (currency === null ? null : say(min, max, { currency, period })) ?? text;
  };
}

function useRange() {
  const t = useTranslations('jobs.salary');
  const { moneyRange } = useFormats();
  return useCallback(
    (
      min: number | null,
      max: number | null,
      { currency, period }: { currency: string; period: string | null },
    ): string | null => {
      const range = moneyRange([min, max], currency);
      if (range === null) return null;
      const amount = t(min === null ? 'upTo' : max === null ? 'from' : 'range', { range });
      return period !== null && t.has(`per.${period as Period}`)
        ? t(`per.${period as Period}`, { amount })
        : amount;
    },
    [t, moneyRange],
  );
}

type Period = keyof Messages['jobs']['salary']['per'];
