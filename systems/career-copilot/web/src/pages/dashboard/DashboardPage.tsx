import { Card, EmptyState, Link, LinkButton, Skeleton } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { type Answer, useApiQuery, useFeature } from '../../api/index.ts';
import { Page } from '../../shell/Page.tsx';
import { Reading } from '../../shell/Reading.tsx';
import { ActivityCard } from './ActivityCard.tsx';
import styles from './Dashboard.module.css';
import { Figures } from './Figures.tsx';
import { ForecastCard } from './ForecastCard.tsx';
import { FunnelCard } from './FunnelCard.tsx';
import { ReportsCard } from './ReportsCard.tsx';
import { StagesCards } from './StagesCards.tsx';
import { TasksCard, useTasks } from './TasksCard.tsx';
import { UnreadCard, useLatestUnread } from './UnreadCard.tsx';

const SUMMARY = 'GET /api/v1/analytics/summary';

/** What is seen after the login: what waits for its person, and how their search goes. */
export function DashboardPage() {
  const t = useTranslations('dashboard');
  const summary = useApiQuery(SUMMARY, {});
  const isNew = summary.data?.total_applications === 0;
  return (
    <Page
      title={t('title')}
      {...(summary.data && !isNew && { lead: t('lead', { count: summary.data.active_applications }) })}
      actions={
        <LinkButton href="/jobs" icon="search">
          {t('findJobs')}
        </LinkButton>
      }
    >
      <Reading of={summary} failed={t('failed')} skeleton={<Whole />}>
        {(data) => (isNew ? <FirstSteps /> : <Overview summary={data} />)}
      </Reading>
    </Page>
  );
}

function Overview({ summary }: { summary: Answer<typeof SUMMARY> }) {
  const hasStatistics = useFeature('GET /api/v2/applications/statistics') === 'there';
  const hasAnalytics = useFeature('GET /api/v1/analytics/dashboards') === 'there';
  const [tasks, unread] = [useTasks(summary.by_status), useLatestUnread()];
  // Nobody knows how high the first two are: shown one after the other, each would move what is there.
  const coming = [tasks.reading, unread.reading].find(isComing);
  if (coming) return <Comes of={coming} />;
  return (
    <>
      <div className={styles.overview}>
        <TasksCard {...tasks} />
        <UnreadCard {...unread} />
      </div>
      <Figures summary={summary} />
      <div className={styles.overview}>
        <ActivityCard hasSeries={hasAnalytics} />
        <FunnelCard />
        {hasStatistics && <StagesCards />}
        {hasAnalytics && (
          <>
            <ForecastCard />
            <ReportsCard />
          </>
        )}
      </div>
    </>
  );
}

type Read = ReturnType<typeof useTasks>['reading'] | ReturnType<typeof useLatestUnread>['reading'];

/** Neither there nor failed, and asked for. */
function isComing({ data, error, fetchStatus }: Read): boolean {
  return data === undefined && error === null && fetchStatus !== 'paused';
}

function Comes({ of }: { of: Read }) {
  const t = useTranslations('dashboard');
  return (
    <Reading of={{ ...of, data: undefined }} failed={t('failed')} skeleton={<Whole />}>
      {() => null}
    </Reading>
  );
}

function Whole() {
  return <Skeleton shape="block" height="44rem" />;
}

/** For who has nothing yet: what to do, in order. */
function FirstSteps() {
  const t = useTranslations('dashboard.newcomer');
  return (
    <>
      <Card>
        <EmptyState
          icon="briefcase"
          title={t('title')}
          action={
            <LinkButton variant="primary" href="/jobs">
              {t('action')}
            </LinkButton>
          }
        >
          {t('text')}
        </EmptyState>
      </Card>
      <ol className={styles.steps}>
        {(
          [
            ['profile', '/profile/import'],
            ['search', '/jobs'],
            ['board', '/applications'],
          ] as const
        ).map(([step, path]) => (
          <li key={step}>
            <Card title={t(`${step}.title`)} footer={<Link href={path}>{t(`${step}.action`)}</Link>}>
              <p className={styles.about}>{t(`${step}.text`)}</p>
            </Card>
          </li>
        ))}
      </ol>
    </>
  );
}
