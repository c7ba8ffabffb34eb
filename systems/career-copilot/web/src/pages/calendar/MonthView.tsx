import type { CalendarDate } from '@internationalized/date';
import { type DateTimeFormatOptions, useFormatter, useTranslations } from 'use-intl';
import styles from './Calendar.module.css';
import { EntryChip } from './EntryChip.tsx';
import type { Entry } from './entries.ts';
import { isIn, type Month } from './month.ts';

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
  onOpen,
}: {
  month: Month;
  days: ReadonlyMap<string, Entry[]>;
  today: CalendarDate;
  chosen: string | null;
  onChoose: (day: CalendarDate) => void;
  onOpen: (interview: number) => void;
}) {
  const format = useFormatter();
  const of = (day: CalendarDate, options: DateTimeFormatOptions) =>
    format.dateTime(day.toDate('UTC'), { ...options, timeZone: 'UTC' });
  return (
    <table className={styles.month}>
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

function Day({
  name,
  number,
  isChosen,
  isToday,
  entries,
  onChoose,
  onOpen,
}: {
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
