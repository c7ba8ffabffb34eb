import { useTranslations } from 'use-intl';
import { useFormats } from '../../i18n/index.ts';
import { type JobsSearch, USUAL_DISTANCE } from './criteria.ts';
import { CURRENCY } from './use-salary.ts';
import { useTypeWords } from './use-type-words.ts';

/** What a search looks for, as one says it: `“engineer”, Berlin, Full time, Remote only`. */
export function useCriteriaWords(): (criteria: JobsSearch) => string {
  const t = useTranslations('jobs');
  const { money } = useFormats();
  const typeWords = useTypeWords();
  return ({
    q,
    location,
    job_type,
    remote,
    company_id,
    seniority,
    min_salary,
    near,
    within = USUAL_DISTANCE,
    or_remote,
  }) =>
    [
      q !== undefined && t('saved.words', { words: q }),
      location,
      near !== undefined && t('saved.near', { place: near, km: within }),
      or_remote === true && t('filters.orRemote'),
      job_type !== undefined && typeWords(job_type),
      seniority !== undefined &&
        t(seniority === 'unstated' ? 'saved.levelUnstated' : `filters.levels.${seniority}`),
      remote !== undefined && t(remote ? 'filters.remote' : 'saved.notRemote'),
      min_salary !== undefined &&
        t('filters.leastSalary', { amount: money(min_salary, { currency: CURRENCY }) }),
      company_id !== undefined && t('saved.oneCompany'),
    ]
      .filter(Boolean)
      .join(', ');
}
