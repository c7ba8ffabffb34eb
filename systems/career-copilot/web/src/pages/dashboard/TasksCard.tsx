import { Badge, Card, Icon, type IconName, Link, Skeleton, type Tone } from '@banyan/ui';
import { useMemo, useState } from 'react';
import { useTimeZone, useTranslations } from 'use-intl';
import { useApiPages, useApiQuery, useFeature } from '../../api/index.ts';
import { useFormats } from '../../i18n/index.ts';
import { Reading } from '../../shell/Reading.tsx';
import { entriesOf } from '../calendar/entries.ts';
import styles from './Dashboard.module.css';
import { type Task, tasksOf } from './tasks.ts';

const AHEAD_MS = 14 * 24 * 3_600_000;
/** Tasks that are told at once; the rest is in the calendar. */
const SHOWN = 6;
const INTERVIEWS = 'GET /api/v1/integrations/interviews';
const APPLICATIONS = 'GET /api/v2/applications';

const SIGNS: Record<Task['kind'], { icon: IconName; tone: 'accent' | 'neutral' | Tone }> = {
  interview: { icon: 'people', tone: 'accent' },
  action: { icon: 'check', tone: 'warning' },
  offers: { icon: 'star', tone: 'good' },
  interviews: { icon: 'people', tone: 'accent' },
  saved: { icon: 'bookmark', tone: 'neutral' },
};

/** What waits for its person in the next two weeks. */
export function TasksCard({ tasks, reading }: ReturnType<typeof useTasks>) {
  const t = useTranslations('dashboard.tasks');
  return (
    <Card title={t('title')} footer={<Link href="/calendar">{t('calendar')}</Link>}>
      <Reading of={reading} failed={t('failed')} skeleton={<Skeleton shape="block" height="10rem" />}>
        {() =>
          tasks.length === 0 ? (
            <p className={styles.about}>{t('none')}</p>
          ) : (
            <ul className={styles.list}>
              {tasks.slice(0, SHOWN).map((task) => (
                <TaskRow key={task.key} task={task} />
              ))}
            </ul>
          )
        }
      </Reading>
    </Card>
  );
}

function TaskRow({ task }: { task: Task }) {
  const t = useTranslations('dashboard.tasks');
  const format = useFormats();
  const { icon, tone } = SIGNS[task.kind];
  return (
    <li className={styles.task}>
      <span className={styles.sign} data-tone={tone}>
        <Icon name={icon} size={16} />
      </span>
      <span className={styles.what}>
        <Link href={task.path} isPlain>
          {'title' in task ? task.title : t(`counted.${task.kind}`, { count: task.count })}
        </Link>
        <span className={styles.about}>
          {'at' in task
            ? t(`at.${task.kind}`, { day: format.day(task.at), time: format.time(task.at) })
            : t(`about.${task.kind}`)}
        </span>
      </span>
      {'at' in task && task.isOverdue && <Badge tone="danger">{t('overdue')}</Badge>}
    </li>
  );
}

/** What waits, and how far it is read. */
export function useTasks(byStatus: Record<string, number>) {
  const zone = useTimeZone() ?? 'UTC';
  const [now] = useState(() => new Date());
  const until = new Date(now.getTime() + AHEAD_MS).toISOString();
  const hasInterviews = useFeature(INTERVIEWS) === 'there';
  const hasActions = useFeature(APPLICATIONS) === 'there';
  const interviews = useApiQuery(
    INTERVIEWS,
    { params: { query: { from: now.toISOString(), to: until } } },
    { enabled: hasInterviews },
  );
  // Its first page is more than what is shown.
  const acting = useApiPages(APPLICATIONS, { params: { query: { limit: 20, due_before: until } } }, 'items', {
    enabled: hasActions,
  });
  const tasks = useMemo(
    () =>
      tasksOf(
        entriesOf({
          interviews: interviews.data?.interviews ?? [],
          acting: acting.rows,
          busy: [],
          applications: [],
        }),
        byStatus,
        { now, zone },
      ),
    [interviews.data, acting.rows, byStatus, now, zone],
  );
  const isMissing = (hasInterviews && interviews.isPending) || (hasActions && acting.isPending);
  const failed = hasInterviews && interviews.error ? interviews : acting;
  const { error, fetchStatus, isSlow, waitingUntil, refetch } = failed;
  return {
    tasks,
    reading: { data: isMissing ? undefined : true, error, fetchStatus, isSlow, waitingUntil, refetch },
  };
}
