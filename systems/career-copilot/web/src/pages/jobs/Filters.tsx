import { Button, Icon, Switch } from '@banyan/ui';
import { type ReactNode, useId } from 'react';
import { useTranslations } from 'use-intl';
import type { FeatureState } from '../../api/index.ts';
import { useFormats } from '../../i18n/index.ts';
import { Reserved } from '../../shell/Reserved.tsx';
import { filtersIn, JOB_TYPES, type JobsSearch, LEVELS, type OnChange } from './criteria.ts';
import { DistanceFields } from './DistanceFields.tsx';
import styles from './Jobs.module.css';
import { SalarySelect } from './SalarySelect.tsx';
import { useCompanyName } from './use-company-name.ts';
import type { Facets } from './use-results.ts';
import { useTypeWords } from './use-type-words.ts';

/** What narrows a search; with counts where somebody has counted. */
export function Filters({
  criteria,
  facets,
  service,
  onChange,
}: {
  criteria: JobsSearch;
  facets: Facets | undefined;
  /** Whether somebody knows how far jobs are, and for whom. */
  service: FeatureState;
  onChange: OnChange;
}) {
  const t = useTranslations('jobs.filters');
  const typeWords = useTypeWords();
  const { job_type, remote, company_id, location, seniority } = criteria;
  const types: readonly Counts[] =
    facets?.job_type ?? JOB_TYPES.map((value) => ({ value, count: undefined }));
  const levels = LEVELS.flatMap((value) => {
    const count = facets?.seniority.find((counted) => counted.value === value)?.count;
    return facets === undefined || count !== undefined || value === seniority ? [{ value, count }] : [];
  });
  const remotes = facets?.remote.find(({ value }) => value === 'true')?.count;
  return (
    <div className={styles.groups}>
      <Switch isSelected={remote === true} onChange={(isOn) => onChange({ remote: isOn ? true : undefined })}>
        <Counted count={remotes}>{t('remote')}</Counted>
      </Switch>
      <Reserved feature={service}>
        <DistanceFields criteria={criteria} onChange={onChange} />
      </Reserved>
      <SalarySelect value={criteria.min_salary} onChange={(min_salary) => onChange({ min_salary })} />
      <Group title={t('type')}>
        {withChosen(types, job_type).map(({ value, count }) => (
          <Choice
            key={value}
            count={count}
            isChosen={value === job_type}
            onToggle={(isOn) => onChange({ job_type: isOn ? value : undefined })}
          >
            {typeWords(value)}
          </Choice>
        ))}
      </Group>
      {service === 'there' && levels.length > 0 && (
        <Group title={t('level')}>
          {levels.map(({ value, count }) => (
            <Choice
              key={value}
              count={count}
              isChosen={value === seniority}
              onToggle={(isOn) => onChange({ seniority: isOn ? value : undefined })}
            >
              {t(`levels.${value}`)}
            </Choice>
          ))}
        </Group>
      )}
      {facets && facets.location.length > 0 && (
        <Group title={t('place')}>
          {facets.location.map(({ value, count }) => (
            <Choice
              key={value}
              count={count}
              isChosen={value.toLowerCase() === location?.toLowerCase()}
              onToggle={(isOn) => onChange({ location: isOn ? value : undefined })}
            >
              {value}
            </Choice>
          ))}
        </Group>
      )}
      {company_id !== undefined ? (
        <Group title={t('company')}>
          <Choice isChosen onToggle={() => onChange({ company_id: undefined })}>
            <CompanyName id={company_id} />
          </Choice>
        </Group>
      ) : (
        facets &&
        facets.company.length > 0 && (
          <Group title={t('company')}>
            {facets.company.map(({ id, value, count }) => (
              <Choice key={id} count={count} isChosen={false} onToggle={() => onChange({ company_id: id })}>
                {value}
              </Choice>
            ))}
          </Group>
        )
      )}
      {filtersIn(criteria) > 0 && (
        <Button
          size="small"
          icon="close"
          onPress={() =>
            onChange({
              location: undefined,
              near: undefined,
              within: undefined,
              or_remote: undefined,
              ...(criteria.sort === 'distance' && { sort: undefined }),
              job_type: undefined,
              remote: undefined,
              company_id: undefined,
              min_salary: undefined,
              seniority: undefined,
            })
          }
        >
          {t('clear')}
        </Button>
      )}
    </div>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={styles.group}>
      <h2 id={id}>{title}</h2>
      <ul>{children}</ul>
    </section>
  );
}

function Choice({
  isChosen,
  count,
  onToggle,
  children,
}: {
  isChosen: boolean;
  count?: number | undefined;
  onToggle: (isOn: boolean) => void;
  children: ReactNode;
}) {
  return (
    <li>
      <button
        type="button"
        className={styles.choice}
        aria-pressed={isChosen}
        onClick={() => onToggle(!isChosen)}
      >
        <Counted count={count}>{children}</Counted>
        {isChosen && <Icon name="close" size={14} />}
      </button>
    </li>
  );
}

function Counted({ count, children }: { count?: number | undefined; children: ReactNode }) {
  const { number } = useFormats();
  return (
    <span className={styles.counted}>
      <span>{children}</span>
      {count !== undefined && <span className={styles.count}>{number(count)}</span>}
    </span>
  );
}

function CompanyName({ id }: { id: number }) {
  return useCompanyName(id);
}

/** What is chosen can be taken back, also where nobody counts it. */
function withChosen(values: readonly Counts[], chosen: string | undefined): readonly Counts[] {
  return chosen === undefined || values.some(({ value }) => value === chosen)
    ? values
    : [...values, { value: chosen, count: undefined }];
}

type Counts = { value: string; count: number | undefined };
