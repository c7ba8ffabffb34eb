import { Card, IconButton, Link, Stack } from '@banyan/ui';
import { parseDate } from '@internationalized/date';
import { useFormatter, useTranslations } from 'use-intl';
import styles from './Calendar.module.css';
import { applicationPath, EntryList } from './EntryChip.tsx';
import type { Entry } from './entries.ts';
import { Shortened } from './Shortened.tsx';
import type { useCalendar } from './use-calendar.ts';

/** Applications at an interview that are told at once. */
const SHOWN = 6;

type CalendarRead = ReturnType<typeof useCalendar>;

/** Beside the calendar: the day that was chosen, what is at an interview, and which calendars are connected. */
export function CalendarSide({
  day,
  entries,
  calendar,
  onOpen,
  onPlan,
}: {
  day: string | null;
  entries: readonly Entry[];
  calendar: CalendarRead;
  onOpen: (interview: number) => void;
  onPlan: (application: number) => void;
}) {
  const t = useTranslations('calendar');
  const format = useFormatter();
  return (
    <>
      {day !== null && (
        <Card
          key={day}
          level={3}
          title={format.dateTime(parseDate(day).toDate('UTC'), {
            weekday: 'long',
            day: 'numeric',
            month: 'long',
            timeZone: 'UTC',
          })}
        >
          {entries.length === 0 ? (
            <p className={styles.about}>{t('day.nothing')}</p>
          ) : (
            <EntryList entries={entries} onOpen={onOpen} />
          )}
        </Card>
      )}
      <Interviewing calendar={calendar} onPlan={onPlan} />
      {calendar.calendars !== null && <Connected calendars={calendar.calendars} />}
    </>
  );
}

function Interviewing({
  calendar: { interviewing, hasInterviews },
  onPlan,
}: {
  calendar: CalendarRead;
  onPlan: (application: number) => void;
}) {
  const t = useTranslations('calendar.interviewing');
  return (
    <Card level={3} title={t('title')}>
      {interviewing.length === 0 ? (
        <p className={styles.about}>{t('none')}</p>
      ) : (
        <Shortened items={interviewing} most={SHOWN}>
          {(shown) => (
            <ul className={styles.list}>
              {shown.map(({ id, job_title, company_name }) => (
                <li key={id} className={styles.planned}>
                  <span className={styles.what}>
                    <Link href={applicationPath(id)} isPlain>
                      {job_title}
                    </Link>
                    <span className={styles.about}>{company_name}</span>
                  </span>
                  {hasInterviews && (
                    <IconButton
                      icon="calendar"
                      label={t('planFor', { title: job_title })}
                      onPress={() => onPlan(id)}
                    />
                  )}
                </li>
              ))}
            </ul>
          )}
        </Shortened>
      )}
    </Card>
  );
}

function Connected({ calendars }: { calendars: NonNullable<CalendarRead['calendars']> }) {
  const t = useTranslations('calendar.calendars');
  const failed = calendars.filter(({ error }) => error !== null).length;
  return (
    <Card level={3} title={t('title')}>
      <Stack gap={2}>
        <p className={styles.about}>
          {calendars.length === 0 ? t('none') : t('some', { count: calendars.length })}
        </p>
        {failed > 0 && <p>{t('failed', { count: failed })}</p>}
        <Link href="/settings">{t(calendars.length === 0 ? 'connect' : 'settings')}</Link>
      </Stack>
    </Card>
  );
}
