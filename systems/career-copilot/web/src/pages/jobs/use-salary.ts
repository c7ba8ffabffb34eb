import { useTranslations } from 'use-intl';
import { useFormats } from '../../i18n/index.ts';

/** In which the columns of pay are, and a year of which. */
export const CURRENCY = 'USD';

/** What a job pays, as far as it is known: `$50,000 – $60,000 a year`. */
export function useSalary(): (job: {
  salary_min: number | null;
  salary_max: number | null;
}) => string | null {
  const t = useTranslations('jobs.salary');
  const { moneyRange } = useFormats();
  return ({ salary_min, salary_max }) => {
    const range = moneyRange([salary_min, salary_max], CURRENCY);
    if (range === null) return null;
    return t(salary_min === null ? 'upTo' : salary_max === null ? 'from' : 'range', { range });
  };
}
