import type { Access, Spelling } from '@banyan/service';
import type pg from 'pg';

/** As the whole system has it: a number or a UUID. */
export type UserId = number | string;

/** What a system says of itself that tells its people figures; all else is the same for all. */
export type AnalyticsSystem = {
  /** As its people know it, e.g. `Career Copilot`. */
  title: string;
  /** Where its API is, and below that the routes of this package: `/api/v1`, `/analytics`. */
  paths: { api: string; own: string };
  /** SQL type of the ids of users. */
  userIds: 'integer' | 'uuid';
  /** What can be counted: `own` of one person, `all` of all of them. */
  metrics: { own: readonly string[]; all: readonly string[] };
  /** What files of reports are called: `job-search` makes `job-search-7.pdf`. */
  reportName: string;
  /** Of the names of fields in its API. Default `snake_case`. */
  spelling?: Spelling;
  access(pool: pg.Pool): Access<UserId>;
};

/** What was counted of a metric within a span: each moment, with how much. */
export type Moments = (metric: string, span: Span) => Counted | Promise<Counted>;
type Span = { from: Date; to: Date };
type Counted = Iterable<[at: Date, count: number]>;
