import { Card, Stack } from '@banyan/ui';
import type { CalendarDate } from '@internationalized/date';
import { parseDate } from '@internationalized/date';
import type { ReactNode } from 'react';
import { useFormatter } from 'use-intl';
import { EntryList } from './EntryChip.tsx';
import type { Entry } from './entries.ts';
import { isIn, type Month } from './month.ts';

/** The days of a month on which there is something, one below the other; of this month from today on, and then what was before. */
export function Agenda({
  month,
  days,
  today,
  onOpen,
  empty,
}: {
  month: Month;
  days: ReadonlyMap<string, Entry[]>;
  today: CalendarDate;
  onOpen: (interview: number) => void;
  empty: ReactNode;
}) {
  const format = useFormatter();
  const own = [...days]
    .map(([text, entries]) => ({ day: parseDate(text), entries }))
    .filter(({ day }) => isIn(month, day));
  const isPast = ({ day }: { day: CalendarDate }) => day.compare(today) < 0;
  const ordered = isIn(month, today)
    ? [...own.filter((each) => !isPast(each)), ...own.filter(isPast).reverse()]
    : own;
  if (own.length === 0) return <div>{empty}</div>;
  return (
    <Stack gap={4}>
      {ordered.map(({ day, entries }) => (
        <Card
          key={String(day)}
          level={3}
          title={format.dateTime(day.toDate('UTC'), {
            weekday: 'long',
            day: 'numeric',
            month: 'long',
            timeZone: 'UTC',
          })}
        >
          <EntryList entries={entries} onOpen={onOpen} />
        </Card>
      ))}
    </Stack>
  );
}
