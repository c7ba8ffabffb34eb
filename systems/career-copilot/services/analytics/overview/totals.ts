import { type Moments, periodOf } from '@banyan/analytics';
import { ratio, summaryOf } from '../../../api/analytics.ts';
import { countBy } from '../careers/answers.ts';
import type { Career } from '../careers/career.ts';
import { answeredAt, METRICS, type Metric, momentOf, type Way } from '../careers/moments.ts';

/** What is known of all users together. Counts only: nobody can be told from them by name. Pure. */
export type Totals = {
  users: number;
  applications: number;
  byStatus: Map<string, number>;
  /** How often something happened in each hour of UTC, by the hour's beginning in milliseconds. */
  hours: Record<Metric, Map<number, number>>;
  /** By what people have in common: the week of their registration, or of their first application. */
  cohorts: Record<CohortBy, Map<string, Cohort>>;
};

export type CohortBy = 'registration' | 'first_application';
type Cohort = { users: number; sent: number; answered: number; days: number[] };

export function noTotals(): Totals {
  return {
    users: 0,
    applications: 0,
    byStatus: new Map(),
    hours: Object.fromEntries(METRICS.map((metric) => [metric, new Map()])) as Totals['hours'],
    cohorts: { registration: new Map(), first_application: new Map() },
  };
}

/** Adds a user to totals that are being made. */
export function addCareer(totals: Totals, { registeredAt, isForgotten }: Career, ways: readonly Way[]): void {
  if (isForgotten) return;
  totals.users++;
  totals.applications += ways.length;
  for (const [status, count] of countBy(ways.map((way) => way.status))) add(totals.byStatus, status, count);
  for (const metric of METRICS)
    for (const way of ways) {
      const at = momentOf(way, metric);
      if (at !== null) add(totals.hours[metric], hourOf(at), 1);
    }
  const first = ways.map(({ appliedAt }) => appliedAt).filter((at) => at !== null);
  const firstAt = first.length === 0 ? null : first.reduce((a, b) => (Date.parse(a) < Date.parse(b) ? a : b));
  addToCohort(totals.cohorts.registration, registeredAt, ways);
  addToCohort(totals.cohorts.first_application, firstAt, ways);
}

/** Of which the hours are known, and not the moments in them. */
export function momentsOfHours({ hours }: Totals): Moments {
  return (metric) => [...hours[metric as Metric]].map(([at, count]) => [new Date(at), count]);
}

export function responseRate({ byStatus }: Totals): number {
  return summaryOf(byStatus).response_rate;
}

/** The weeks in order, each with how those who began in it fare. */
export function cohortsOf({ cohorts }: Totals, by: CohortBy) {
  return [...cohorts[by]]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([week, { users, sent, answered, days }]) => ({
      week,
      users,
      applications: sent,
      response_rate: ratio(answered, sent),
      median_days_to_answer: median(days),
    }));
}

function addToCohort(cohorts: Map<string, Cohort>, begun: string | null, ways: readonly Way[]): void {
  if (begun === null) return;
  const week = periodOf(new Date(begun), 'week', 'UTC');
  const cohort = cohorts.get(week) ?? { users: 0, sent: 0, answered: 0, days: [] };
  cohorts.set(week, cohort);
  cohort.users++;
  for (const way of ways) {
    if (way.appliedAt === null) continue;
    cohort.sent++;
    const at = answeredAt(way);
    if (at === null) continue;
    cohort.answered++;
    cohort.days.push((Date.parse(at) - Date.parse(way.appliedAt)) / DAY_MS);
  }
}

function add<K>(counts: Map<K, number>, key: K, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

function hourOf(at: string): number {
  return Math.floor(Date.parse(at) / HOUR_MS) * HOUR_MS;
}

/** With one digit; null: there is none. */
function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const value = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle) - 1]!) / 2;
  return Math.round(value * 10) / 10;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
