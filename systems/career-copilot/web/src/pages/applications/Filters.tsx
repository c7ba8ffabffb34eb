import { SearchField, Select } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { SOURCES, type SourceKind } from '../../../../api/sources.ts';
import styles from './Applications.module.css';
import type { ApplicationsSearch } from './search.ts';
import { STATES } from './states.ts';

const ALL = 'all';
const DUE = ['overdue', 'week'] as const;

/** Which applications are shown, as the address has it. */
export function Filters({
  search,
  isTracked,
  onChange,
}: {
  search: ApplicationsSearch;
  isTracked: boolean;
  onChange: (search: ApplicationsSearch) => void;
}) {
  const t = useTranslations('applications');
  const choose = <Name extends 'state' | 'source' | 'due' | 'q'>(name: Name, value: string) => {
    const { [name]: _, ...rest } = search;
    onChange(value === ALL || value === '' ? rest : { ...rest, [name]: value });
  };
  const states = STATES.filter((state) => isTracked || state !== 'ghosted');
  return (
    <search className={styles.filters} aria-label={t('filters.label')}>
      <SearchField
        label={t('search')}
        clearLabel={t('clear')}
        value={search.q ?? ''}
        onChange={(q) => choose('q', q)}
      />
      {search.view === 'list' && (
        <Select
          label={t('filters.state')}
          placeholder={t('filters.all')}
          value={search.state ?? ALL}
          onChange={(state) => choose('state', state)}
          options={[
            { id: ALL, label: t('filters.all') },
            { id: 'open', label: t('filters.open') },
            ...states.map((id) => ({ id, label: t(`states.${id}`) })),
          ]}
        />
      )}
      {isTracked && (
        <>
          <Select
            label={t('filters.source')}
            placeholder={t('filters.all')}
            value={search.source ?? ALL}
            onChange={(source) => choose('source', source as SourceKind)}
            options={[
              { id: ALL, label: t('filters.all') },
              ...SOURCES.map((id) => ({ id, label: t(`sources.${id}`) })),
            ]}
          />
          <Select
            label={t('filters.due')}
            placeholder={t('filters.all')}
            value={search.due ?? ALL}
            onChange={(due) => choose('due', due)}
            options={[
              { id: ALL, label: t('filters.all') },
              ...DUE.map((id) => ({ id, label: t(`filters.${id}`) })),
            ]}
          />
        </>
      )}
    </search>
  );
}
