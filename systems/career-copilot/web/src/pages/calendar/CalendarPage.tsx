import { Button, Columns, EmptyState, IconButton, LinkButton, Skeleton, Views } from '@banyan/ui';
import { type CalendarDate, today as todayIn } from '@internationalized/date';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useFormatter, useLocale, useTimeZone, useTranslations } from 'use-intl';
import { saveFile } from '../../api/save-file.ts';
import { Page } from '../../shell/Page.tsx';
import { Reading } from '../../shell/Reading.tsx';
import { Agenda } from './Agenda.tsx';
import styles from './Calendar.module.css';
import { CalendarSide } from './CalendarSide.tsx';
import { calendarFile } from './calendar-file.ts';
import { byDay, type Interview } from './entries.ts';
import { InterviewDialog } from './InterviewDialog.tsx';
import { MonthView } from './MonthView.tsx';
import { isIn, type Month, monthAround, monthOf, spanOf, textOfMonth } from './month.ts';
import type { CalendarSearch } from './search.ts';
import { useCalendar } from './use-calendar.ts';

const route = getRouteApi('/signed-in/calendar');

export function CalendarPage() {
  const t = useTranslations('calendar');
  const search = route.useSearch();
  const go = useGo();
  const zone = useTimeZone()!;
  const locale = useLocale();
  const today = todayIn(zone);
  const month = useMemo(
    () => monthAround((search.month && monthOf(search.month)) || todayIn(zone), locale),
    [search.month, zone, locale],
  );
  const calendar = useCalendar(useMemo(() => spanOf(month, zone), [month, zone]));
  const days = useMemo(() => byDay(calendar.entries, zone), [calendar.entries, zone]);
  const interviews = calendar.entries.flatMap(({ interview }) => interview ?? []);
  const day = search.day ?? (isIn(month, today) ? String(today) : null);
  const open = (interview: number) => go({ interview });

  return (
    <Page
      title={t('title')}
      width="full"
      lead={t('lead', { zone: placeOf(zone) })}
      actions={
        calendar.hasInterviews && (
          <>
            {interviews.length > 0 && (
              <Button icon="download" onPress={() => saveCalendar(interviews, textOfMonth(month.first))}>
                {t('file')}
              </Button>
            )}
            <Button variant="primary" icon="add" onPress={() => go({ interview: 'new' })}>
              {t('interview.plan')}
            </Button>
          </>
        )
      }
    >
      <Bar month={month} today={today} />
      <Reading of={calendar.reading} failed={t('failed')} skeleton={<CalendarSkeleton />}>
        {() => (
          <Columns
            aside={
              <CalendarSide
                day={search.view === 'agenda' ? null : day}
                entries={(day && days.get(day)) || []}
                calendar={calendar}
                onOpen={open}
                onPlan={(application) => go({ interview: 'new', application })}
              />
            }
          >
            {search.view === 'agenda' ? (
              <Agenda
                month={month}
                days={days}
                today={today}
                onOpen={open}
                empty={<Nothing month={month} />}
              />
            ) : (
              <MonthView
                month={month}
                days={days}
                today={today}
                chosen={day}
                onChoose={(chosen) => go({ day: String(chosen) })}
                onTurn={(to) => go({ month: textOfMonth(to), day: String(to) })}
                onOpen={open}
              />
            )}
          </Columns>
        )}
      </Reading>
      {search.interview !== undefined && calendar.hasInterviews && !calendar.isLoading && (
        <InterviewDialog
          key={search.interview}
          of={search.interview}
          application={search.application ?? null}
          day={day ?? String(month.first)}
          calendar={calendar}
          zone={zone}
          onClose={() => go({ interview: undefined, application: undefined })}
        />
      )}
    </Page>
  );
}

function saveCalendar(interviews: readonly Interview[], month: string): void {
  const file = new Blob([calendarFile(interviews, new Date())], { type: 'text/calendar' });
  saveFile(file, `interviews-${month}.ics`);
}

/** Changes what the address says; `undefined` takes it out of it. */
function useGo() {
  const navigate = route.useNavigate();
  return (changes: { [Name in keyof CalendarSearch]?: CalendarSearch[Name] | undefined }) =>
    void navigate({ search: (now) => ({ ...now, ...changes }) as CalendarSearch, resetScroll: false });
}

function Bar({ month, today }: { month: Month; today: CalendarDate }) {
  const t = useTranslations('calendar.view');
  const go = useGo();
  const name = useMonthName();
  const turn = (months: number) => go({ month: textOfMonth(month.first.add({ months })), day: undefined });
  return (
    <div className={styles.bar}>
      <div className={styles.turn}>
        <IconButton icon="left" label={t('previous')} onPress={() => turn(-1)} />
        <h2 aria-live="polite">{name(month.first)}</h2>
        <IconButton icon="right" label={t('next')} onPress={() => turn(1)} />
        <Button
          size="small"
          isDisabled={isIn(month, today)}
          onPress={() => go({ month: undefined, day: undefined })}
        >
          {t('today')}
        </Button>
      </div>
      <Views label={t('label')}>
        {(['month', 'agenda'] as const).map((view) => (
          <Link
            key={view}
            from="/calendar"
            to="/calendar"
            search={(now) => {
              const { view: _, ...rest } = now;
              return view === 'agenda' ? { ...rest, view } : rest;
            }}
            // Says so itself (aria-current).
            activeOptions={{ exact: true, includeSearch: true }}
          >
            {t(view)}
          </Link>
        ))}
      </Views>
    </div>
  );
}

function Nothing({ month }: { month: Month }) {
  const t = useTranslations('calendar.empty');
  const name = useMonthName();
  return (
    <EmptyState
      icon="calendar"
      level={3}
      title={t('title', { month: name(month.first) })}
      action={<LinkButton href="/jobs">{t('action')}</LinkButton>}
    >
      {t('text')}
    </EmptyState>
  );
}

/** `June 2026` */
function useMonthName(): (day: CalendarDate) => string {
  const format = useFormatter();
  return (day) => format.dateTime(day.toDate('UTC'), { month: 'long', year: 'numeric', timeZone: 'UTC' });
}

/** `Europe/Berlin` as people write it. */
function placeOf(zone: string): string {
  return zone.replaceAll('_', ' ');
}

function CalendarSkeleton() {
  return (
    <Columns
      aside={
        <>
          <Skeleton shape="block" height="10rem" />
          <Skeleton shape="block" height="10rem" />
        </>
      }
    >
      <Skeleton shape="block" height="38rem" />
    </Columns>
  );
}
