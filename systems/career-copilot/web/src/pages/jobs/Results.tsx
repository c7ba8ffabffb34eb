import { Badge, Banner, Button, Feed, LiveRegion, Spinner } from '@banyan/ui';
import { useCallback, useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { useErrorWords } from '../../api/index.ts';
import { useAgo, useFormats } from '../../i18n/index.ts';
import { TONES } from '../applications/states.ts';
import type { JobsSearch } from './criteria.ts';
import styles from './Jobs.module.css';
import { Marked } from './Marked.tsx';
import { type Applied, useApplied } from './use-applied.ts';
import { useCountryName } from './use-country-name.ts';
import type { FoundJob, useResults } from './use-results.ts';
import { useSalary } from './use-salary.ts';
import { useTypeWords } from './use-type-words.ts';

/** As high as most are, px: on a wide screen and on a phone, and what a passage of what was found adds. */
const ROW = { wide: 98, narrow: 148, passage: 42 };
const NARROW = '(max-width: 40rem)';

/** What was found, and more of it as one scrolls: what a row is made of stays the same meanwhile, so that none is drawn again. */
export function Results({
  criteria,
  results,
}: {
  criteria: JobsSearch;
  results: ReturnType<typeof useResults>;
}) {
  const t = useTranslations('jobs');
  const { number } = useFormats();
  const { applied } = useApplied();
  const words = useRowWords();
  const countryName = useCountryName();
  const render = useCallback(
    (job: FoundJob) => <JobFacts job={job} application={applied?.get(job.id)} words={words} />,
    [applied, words],
  );
  const { jobs, total, meant, near, hasNextPage, isFetching, isFetchNextPageError, isPlaceholderData } =
    results;
  const told = t(results.isEstimated ? 'foundAbout' : 'found', { count: total });
  const next = () => {
    if (hasNextPage && !isFetching && !isFetchNextPageError) void results.fetchNextPage();
  };
  return (
    <div className={isPlaceholderData ? styles.stale : undefined} aria-busy={isPlaceholderData}>
      <h2 className={styles.total}>{told}</h2>
      <LiveRegion text={told} />
      {near && (
        <p className={styles.nearPlace}>
          {near.name !== null &&
            near.country !== null &&
            t('nearPlace', { place: near.name, country: countryName(near.country), km: near.within })}{' '}
          {near.left_out > 0 && t('leftOut', { count: near.left_out })}
        </p>
      )}
      {meant && criteria.q !== undefined && (
        <div className={styles.meant}>
          <Banner isLive={false}>
            {meant.length === 0
              ? t('meantSomething', { words: criteria.q })
              : t('meant', { words: criteria.q, meant: meant.join(', ') })}
          </Banner>
        </div>
      )}
      <Feed
        label={t('results')}
        items={jobs}
        total={total}
        idOf={idOf}
        textOf={words.name}
        titleOf={titleOf}
        hrefOf={hrefOf}
        isBusy={isFetching}
        itemHeight={(matchMedia(NARROW).matches ? ROW.narrow : ROW.wide) + (results.facets ? ROW.passage : 0)}
        render={render}
        onNearEnd={hasNextPage ? next : undefined}
        more={isFetchNextPageError ? <NotRead results={results} /> : <Spinner label={t('loadingMore')} />}
      />
      {!hasNextPage && total > jobs.length && (
        <p className={styles.end}>{t('onlyBest', { shown: number(jobs.length), total: number(total) })}</p>
      )}
    </div>
  );
}

const idOf = ({ id }: FoundJob) => String(id);
const hrefOf = ({ id }: FoundJob) => `/jobs/${id}`;
const titleOf = ({ title, highlights }: FoundJob) =>
  highlights ? <Marked text={highlights.title} /> : title;

/** What rows say, made once for all of them, so that none is drawn again. */
function useRowWords() {
  const t = useTranslations('jobs');
  const ofStates = useTranslations('applications.states');
  const ago = useAgo();
  const salary = useSalary();
  const type = useTypeWords();
  return useMemo(
    () => ({
      name: ({ title, company }: FoundJob) => t('nameAt', { title, company: company.name }),
      remote: t('remote'),
      distance: (km: number) => t('distance', { km: Math.round(km) }),
      posted: ({ posted_at }: FoundJob) => t('posted', { when: ago(posted_at) }),
      state: ({ status }: Applied) => ofStates(status),
      salary,
      type,
    }),
    [t, ofStates, ago, salary, type],
  );
}

function JobFacts({
  job,
  application,
  words,
}: {
  job: FoundJob;
  application: Applied | undefined;
  words: ReturnType<typeof useRowWords>;
}) {
  const salary = words.salary(job);
  return (
    <>
      <p className={styles.facts}>
        <strong>{job.company.name}</strong>
        {job.location !== null && <span>{job.location}</span>}
        {typeof job.distance_km === 'number' && <span>{words.distance(job.distance_km)}</span>}
        {salary !== null && <span>{salary}</span>}
      </p>
      {job.highlights && (
        <p className={styles.passage}>
          <Marked text={job.highlights.description} />
        </p>
      )}
      <p className={styles.tags}>
        {application && (
          <Badge
            tone={TONES[application.status]}
            icon={application.status === 'saved' ? 'bookmark' : 'check'}
          >
            {words.state(application)}
          </Badge>
        )}
        {job.remote && <Badge tone="accent">{words.remote}</Badge>}
        <Badge>{words.type(job.job_type)}</Badge>
        {job.requirements.slice(0, MOST_SKILLS).map((skill) => (
          <span key={skill}>{skill}</span>
        ))}
        <span className={styles.posted}>{words.posted(job)}</span>
      </p>
    </>
  );
}

const MOST_SKILLS = 4;

function NotRead({ results }: { results: ReturnType<typeof useResults> }) {
  const t = useTranslations('jobs');
  const words = useErrorWords();
  return (
    <Banner
      tone="danger"
      title={t('moreFailed')}
      action={
        <Button size="small" onPress={() => void results.fetchNextPage()}>
          {t('again')}
        </Button>
      }
    >
      {words(results.error).reason}
    </Banner>
  );
}
