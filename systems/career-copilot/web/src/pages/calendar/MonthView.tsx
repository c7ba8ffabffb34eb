import { type CalendarDate, parseDate } from '@internationalized/date';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { type DateTimeFormatOptions, useFormatter, useLocale, useTranslations } from 'use-intl';
import styles from './Calendar.module.css';
import { EntryChip } from './EntryChip.tsx';
import type { Entry } from './entries.ts';
import { dayByKey, isIn, type Month } from './month.ts';

/** Entries of a day that there is room for; of more the rest is told beside the month. */
const SHOWN = 3;
const DOTS = 4;

/** The days of a month as a table; narrow, a day says only how much there is, and tells the rest below. */
export function MonthView({
  month,
  days,
  today,
  chosen,
  onChoose,
  onTurn,
  onOpen,
}: {
  month: Month;
  days: ReadonlyMap<string, Entry[]>;
  today: CalendarDate;
  chosen: string | null;
  onChoose: (day: CalendarDate) => void;
  /** To a day of another month. */
  onTurn: (day: CalendarDate) => void;
  onOpen: (interview: number) => void;
}) {
  const format = useFormatter();
  const of = (day: CalendarDate, options: DateTimeFormatOptions) =>
    format.dateTime(day.toDate('UTC'), { ...options, timeZone: 'UTC' });
  const walk = useWalk(month, onTurn);
  const stop = chosen ?? String(isIn(month, today) ? today : month.first);
  return (
    <table
      ref={walk.table}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its days are walked through by arrows
      role="grid"
      aria-label={of(month.first, { month: 'long', year: 'numeric' })}
      className={styles.month}
      onKeyDown={walk.onKeyDown}
    >
      <thead>
        <tr>
          {month.weeks[0]!.map((day) => (
            <th key={String(day)} scope="col" abbr={of(day, { weekday: 'long' })}>
              {of(day, { weekday: 'short' })}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {month.weeks.map((week) => (
          <tr key={String(week[0])}>
            {week.map((day) => (
              <td
                key={String(day)}
                className={[
                  !isIn(month, day) && styles.other,
                  day.compare(today) === 0 && styles.today,
                  String(day) === chosen && styles.chosen,
                ]
                  .filter(Boolean)
                  .join(' ')}
              >
                <Day
                  day={String(day)}
                  isStop={String(day) === stop}
                  name={of(day, { weekday: 'long', day: 'numeric', month: 'long' })}
                  number={of(day, { day: 'numeric' })}
                  isChosen={String(day) === chosen}
                  isToday={day.compare(today) === 0}
                  entries={days.get(String(day)) ?? []}
                  onChoose={() => onChoose(day)}
                  onOpen={onOpen}
                />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Arrows and the like move the focus from day to day, over the ends of the month too. */
function useWalk(month: Month, onTurn: (day: CalendarDate) => void) {
  const locale = useLocale();
  const table = useRef<HTMLTableElement>(null);
  const awaited = useRef<string | null>(null);
  const focus = (day: string) => {
    const button = table.current?.querySelector<HTMLElement>(`[data-day="${day}"]`);
    button?.focus();
    return button !== null && button !== undefined;
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once the days of another month are there
  useEffect(() => {
    if (awaited.current !== null && focus(awaited.current)) awaited.current = null;
  }, [month]);
  const onKeyDown = (event: KeyboardEvent) => {
    const from = (event.target as HTMLElement).dataset.day;
    const to = from === undefined ? null : dayByKey(parseDate(from), event.key, locale);
    if (to === null) return;
    event.preventDefault();
    if (isIn(month, to)) return void focus(String(to));
    awaited.current = String(to);
    onTurn(to);
  };
  return { table, onKeyDown };
}

function Day({
  day,
  isStop,
  name,
  number,
  isChosen,
  isToday,
  entries,
  onChoose,
  onOpen,
}: {
  day: string;
  /** Of all days the one that Tab leads to. */
  isStop: boolean;
  name: string;
  number: string;
  isChosen: boolean;
  isToday: boolean;
  entries: readonly Entry[];
  onChoose: () => void;
  onOpen: (interview: number) => void;
}) {
  const t = useTranslations('calendar.day');
  const isTight = entries.length > SHOWN;
  const shown = isTight ? entries.slice(0, SHOWN - 1) : entries;
  return (
    <>
      <button
        type="button"
        className={styles.dayLink}
        data-day={day}
        tabIndex={isStop ? 0 : -1}
        aria-pressed={isChosen}
        aria-current={isToday ? 'date' : undefined}
        aria-label={t('entries', { day: name, count: entries.length })}
        onClick={onChoose}
      >
        {number}
        <span className={styles.dots}>
          {entries.slice(0, DOTS).map(({ key }) => (
            <i key={key} />
          ))}
        </span>
      </button>
      <ul className={styles.inCell}>
        {shown.map((entry) => (
          <li key={entry.key}>
            <EntryChip entry={entry} onOpen={onOpen} />
          </li>
        ))}
        {isTight && (
          <li>
            <button
              type="button"
              className={styles.more}
              aria-label={t('moreOf', { count: entries.length - shown.length, day: name })}
              onClick={onChoose}
            >
              {t('more', { count: entries.length - shown.length })}
            </button>
          </li>
        )}
      </ul>
    </>
  );
}
