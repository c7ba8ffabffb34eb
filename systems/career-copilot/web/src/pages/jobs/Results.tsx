import { Badge, Banner, Button, List, LiveRegion, Spinner } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { useErrorWords } from '../../api/index.ts';
import { useAgo, useFormats } from '../../i18n/index.ts';
import { TONES } from '../applications/states.ts';
import type { JobsSearch } from './criteria.ts';
import styles from './Jobs.module.css';
import { Marked } from './Marked.tsx';
import { type Applied, useApplied } from './use-applied.ts';
import type { FoundJob, useResults } from './use-results.ts';
import { useSalary } from './use-salary.ts';
import { useTypeWords } from './use-type-words.ts';

/** As high as most are, px: on a wide screen and on a phone, and what a passage of what was found adds. */
const ROW = { wide: 98, narrow: 148, passage: 42 };
const NARROW = '(max-width: 40rem)';

/** What was found, and more of it as one scrolls. */
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
  const { jobs, total, meant, hasNextPage, isFetching, isFetchNextPageError, isPlaceholderData } = results;
  const told = t(results.isEstimated ? 'foundAbout' : 'found', { count: total });
  const next = () => {
    if (hasNextPage && !isFetching && !isFetchNextPageError) void results.fetchNextPage();
  };
  return (
    <div className={isPlaceholderData ? styles.stale : undefined} aria-busy={isPlaceholderData}>
      <h2 className={styles.total}>{told}</h2>
      <LiveRegion text={told} />
      {meant && criteria.q !== undefined && (
        <div className={styles.meant}>
          <Banner isLive={false}>
            {meant.length === 0
              ? t('meantSomething', { words: criteria.q })
              : t('meant', { words: criteria.q, meant: meant.join(', ') })}
          </Banner>
        </div>
      )}
      <List
        label={t('results')}
        items={jobs}
        idOf={(job) => String(job.id)}
        textOf={(job) => t('nameAt', { title: job.title, company: job.company.name })}
        hrefOf={(job) => `/jobs/${job.id}`}
        height="page"
        itemHeight={(matchMedia(NARROW).matches ? ROW.narrow : ROW.wide) + (results.facets ? ROW.passage : 0)}
        render={(job) => <JobRow job={job} application={applied?.get(job.id)} />}
        dependencies={[applied]}
        onNearEnd={hasNextPage ? next : undefined}
        more={isFetchNextPageError ? <NotRead results={results} /> : <Spinner label={t('loadingMore')} />}
      />
      {!hasNextPage && total > jobs.length && (
        <p className={styles.end}>{t('onlyBest', { shown: number(jobs.length), total: number(total) })}</p>
      )}
    </div>
  );
}

function JobRow({ job, application }: { job: FoundJob; application: Applied | undefined }) {
  const t = useTranslations('jobs');
  const ofStates = useTranslations('applications.states');
  const ago = useAgo();
  const salary = useSalary()(job);
  const typeWords = useTypeWords();
  return (
    <article className={styles.job}>
      <h3>{job.highlights ? <Marked text={job.highlights.title} /> : job.title}</h3>
      <p className={styles.facts}>
        <strong>{job.company.name}</strong>
        {job.location !== null && <span>{job.location}</span>}
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
            {ofStates(application.status)}
          </Badge>
        )}
        {job.remote && <Badge tone="accent">{t('remote')}</Badge>}
        <Badge>{typeWords(job.job_type)}</Badge>
        {job.requirements.slice(0, MOST_SKILLS).map((skill) => (
          <span key={skill}>{skill}</span>
        ))}
        <span className={styles.posted}>{t('posted', { when: ago(job.posted_at) })}</span>
      </p>
    </article>
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
