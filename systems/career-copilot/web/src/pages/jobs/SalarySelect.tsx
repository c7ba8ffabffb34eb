import { Select } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { useFormats } from '../../i18n/index.ts';
import { CURRENCY } from './use-salary.ts';

const SALARIES = [30, 40, 50, 60, 80, 100, 120, 150].map((thousands) => thousands * 1_000);

/** What a job is to pay at least, by the year; undefined: whatever it pays. */
export function SalarySelect({
  value,
  onChange,
}: {
  value: number | undefined;
  onChange: (least: number | undefined) => void;
}) {
  const t = useTranslations('jobs.filters');
  const { money } = useFormats();
  const offered =
    value === undefined || SALARIES.includes(value)
      ? SALARIES
      : [...SALARIES, value].toSorted((a, b) => a - b);
  return (
    <Select
      label={t('salary')}
      placeholder={t('anySalary')}
      value={value === undefined ? 'any' : String(value)}
      onChange={(id) => onChange(id === 'any' ? undefined : Number(id))}
      options={[
        { id: 'any', label: t('anySalary') },
        ...offered.map((amount) => ({
          id: String(amount),
          label: t('leastSalary', { amount: money(amount, { currency: CURRENCY }) }),
        })),
      ]}
    />
  );
}
