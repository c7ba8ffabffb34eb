import type pg from 'pg';
import type { JointMarks } from '../control/joint-marks.ts';

export type BarrierOptions = {
  /** Lock the mapped tables of the source in EXCLUSIVE mode first, so that open writers are waited for. Default false. */
  lock?: boolean;
  /** With `lock`: run in the transaction that has the tables and writes the marker, before it lets writers in again. */
  locked?: (source: pg.ClientBase) => Promise<void>;
  /** With `lock`: marks this link in one transaction with others of its source. */
  joint?: JointMarks;
  /** How long to wait for those locks, ms. Default: half of `timeoutMs`. */
  lockTimeoutMs?: number;
  /** How long the whole may take, ms. Default 5,000. */
  timeoutMs?: number;
  /**
   * Hold the link exactly at the marker, unless the barrier times out: see `hold`. From there on, and on the other side from
   * the moment on at which it has everything before the marker, changes are judged by the share of the next `release`.
   */
  hold?: boolean;
  /** With `hold`: which logs are marked. `own`: the other one is marked already. Default both. */
  marks?: 'both' | 'own';
};
