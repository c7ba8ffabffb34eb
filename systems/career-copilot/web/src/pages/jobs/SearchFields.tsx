import { Select, Switch, TextField } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import {
  type Changes,
  JOB_TYPES,
  type JobsSearch,
  LEVELS,
  LONGEST,
  placeChanges,
  placeOf,
} from './criteria.ts';
import { DistanceFields } from './DistanceFields.tsx';
import { SalarySelect } from './SalarySelect.tsx';
import { useCompanyName } from './use-company-name.ts';
import { useTypeWords } from './use-type-words.ts';

/** What a saved search looks for, to be changed: the words and filters of a search as fields. */
export function SearchFields({
  criteria,
  onChange,
}: {
  criteria: JobsSearch;
  onChange: (changes: Changes) => void;
}) {
  const t = useTranslations('jobs');
  const typeWords = useTypeWords();
  const { q, job_type, remote, min_salary, company_id, seniority } = criteria;
  const types = job_type === undefined ? JOB_TYPES : [...new Set([...JOB_TYPES, job_type])];
  return (
    <>
      <TextField
        label={t('bar.words')}
        value={q ?? ''}
        onChange={(text) => onChange({ q: textOrNone(text, LONGEST.q) })}
      />
      <TextField
        label={t('bar.place')}
        value={placeOf(criteria)}
        onChange={(text) => onChange(placeChanges(criteria, text.slice(0, LONGEST.location)))}
      />
      <DistanceFields criteria={criteria} onChange={onChange} />
      <Select
        label={t('filters.type')}
        placeholder={t('filters.anyType')}
        value={job_type ?? 'any'}
        onChange={(id) => onChange({ job_type: id === 'any' ? undefined : id })}
        options={[
          { id: 'any', label: t('filters.anyType') },
          ...types.map((id) => ({ id, label: typeWords(id) })),
        ]}
      />
      <Select
        label={t('filters.level')}
        placeholder={t('filters.anyLevel')}
        value={seniority ?? 'any'}
        onChange={(id) => onChange({ seniority: LEVELS.find((level) => level === id) })}
        options={[
          { id: 'any', label: t('filters.anyLevel') },
          ...LEVELS.map((id) => ({ id, label: t(`filters.levels.${id}`) })),
        ]}
      />
      <SalarySelect value={min_salary} onChange={(least) => onChange({ min_salary: least })} />
      <Switch isSelected={remote === true} onChange={(isOn) => onChange({ remote: isOn ? true : undefined })}>
        {t('filters.remote')}
      </Switch>
      {company_id !== undefined && (
        <OneCompany id={company_id} onLeaveOut={() => onChange({ company_id: undefined })} />
      )}
    </>
  );
}

function OneCompany({ id, onLeaveOut }: { id: number; onLeaveOut: () => void }) {
  const t = useTranslations('jobs.saved');
  return (
    <Switch isSelected onChange={onLeaveOut}>
      {t('onlyCompany', { company: useCompanyName(id) })}
    </Switch>
  );
}

function textOrNone(text: string, longest: number): string | undefined {
  return text === '' ? undefined : text.slice(0, longest);
}
