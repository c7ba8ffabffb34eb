import { Select } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { type JobsSearch, ORDERS } from './criteria.ts';

/** In which order jobs are shown: those that there are for this search. The usual one is not in the address. */
export function OrderSelect({
  criteria: { q, near, sort },
  onChange,
}: {
  criteria: JobsSearch;
  onChange: (changes: { sort: JobsSearch['sort'] | undefined }) => void;
}) {
  const t = useTranslations('jobs.order');
  const usual = q === undefined ? 'newest' : 'relevance';
  const orders = ORDERS.filter(
    (order) => (order !== 'relevance' || q !== undefined) && (order !== 'distance' || near !== undefined),
  );
  const chosen = orders.find((order) => order === sort) ?? usual;
  return (
    <Select
      label={t('label')}
      placeholder={t('label')}
      value={chosen}
      onChange={(id) => {
        const order = orders.find((one) => one === id);
        onChange({ sort: order === usual ? undefined : order });
      }}
      options={orders.map((id) => ({ id, label: t(id) }))}
    />
  );
}
