import { useTranslations } from 'use-intl';
import { useApiQuery } from '../../api/index.ts';

/** Of whom an address knows the number only. */
export function useCompanyName(id: number): string {
  const t = useTranslations('jobs.filters');
  const company = useApiQuery('GET /api/v1/companies/{id}', { params: { path: { id } } });
  return company.data?.name ?? t('thisCompany');
}
