import { useCallback, useMemo } from 'react';
import { useFormatter, useLocale, useNow } from 'use-intl';
import { formatMoney, formatMoneyRange, type MoneyUnit } from './money.ts';

/** An instant as the API tells it (ISO 8601, UTC) or as the page has it; shown in the reader's time zone. */
export type Instant = string | Date;

/** How often what is told as `2 minutes ago` is looked at again, ms. */
const AGO_MS = 60_000;

export type Formats = {
  /** `Nov 27, 2026` */
  date(instant: Instant): string;
  /** `Fri, Nov 27` */
  day(instant: Instant): string;
  /** `Nov 27, 2026, 9:30 AM` */
  dateTime(instant: Instant): string;
  /** `9:30 AM` */
  time(instant: Instant): string;
  /** `2 hours ago`, `in 3 days`, as of `now`: see `useAgo`. */
  ago(instant: Instant, now: Date): string;
  number(value: number): string;
  /** Of a share from 0 to 1: `42 %`. */
  percent(share: number): string;
  money(amount: number, options: { currency: string; unit?: MoneyUnit }): string;
  /** `SQL, Go and Kafka` */
  list(items: readonly string[]): string;
  moneyRange(range: readonly [from: number | null, to: number | null], currency: string): string | null;
};

/** What is formatted as whoever reads is used to it. */
export function useFormats(): Formats {
  const intl = useFormatter();
  const locale = useLocale();
  return useMemo(
    () => ({
      date: (instant) => intl.dateTime(new Date(instant), { dateStyle: 'medium' }),
      day: (instant) =>
        intl.dateTime(new Date(instant), { weekday: 'short', month: 'short', day: 'numeric' }),
      dateTime: (instant) => intl.dateTime(new Date(instant), { dateStyle: 'medium', timeStyle: 'short' }),
      time: (instant) => intl.dateTime(new Date(instant), { timeStyle: 'short' }),
      ago: (instant, now) => intl.relativeTime(new Date(instant), now),
      number: (value) => intl.number(value),
      percent: (share) => intl.number(share, { style: 'percent' }),
      money: (amount, options) => formatMoney(locale, amount, options),
      list: (items) => intl.list(items),
      moneyRange: (range, currency) => formatMoneyRange(locale, range, currency),
    }),
    [intl, locale],
  );
}

/** `ago` that goes on by itself while the page is open. */
export function useAgo(): (instant: Instant) => string {
  const now = useNow({ updateInterval: AGO_MS });
  const { ago } = useFormats();
  return useCallback((instant) => ago(instant, now), [ago, now]);
}
