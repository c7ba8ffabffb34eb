import { LEASE_MS } from '@banyan/gateway';
import { withTransaction } from '@banyan/postgres';
import type pg from 'pg';

/** Far more than a clock drifts, or is slewed, between two looks, ms. */
const DRIFT_MS = 100;

/** When the database's clock was read, by a clock that nobody sets: not before `asked`, not after `answered`. All in ms. */
export type Reading = { database: number; asked: number; answered: number };

/** Notices when the control database's clock is set: moments that were stored before mean something else from then on. */
export class ClockSteps {
  #last: Reading | null = null;

  /** By how far it was set since the last look, ms; 0 when it was not. */
  look(reading: Reading): number {
    const step = this.since(reading);
    this.#last = reading;
    return step;
  }

  /** The same without taking it for the last look. */
  since({ database, asked, answered }: Reading): number {
    const last = this.#last;
    if (last === null) return 0;
    const passed = database - last.database;
    if (passed - (answered - last.asked) > DRIFT_MS || asked - last.answered - passed > DRIFT_MS)
      return Math.round(passed - (answered - last.answered));
    return 0;
  }
}

/**
 * Moves stored moments along with a clock that was set by `stepMs`: how long a share has been watched, when a step is tried
 * again, and which workers live. A lease that ran out because of the step alone would let a step go by without its worker.
 */
export async function moveAlong(pool: pg.Pool, stepMs: number): Promise<void> {
  await withTransaction(pool, async (client) => {
    await client.query(
      `UPDATE control.services SET since = since + $1 * interval '1 millisecond',
         retry_at = retry_at + $1 * interval '1 millisecond'`,
      [stepMs],
    );
    // Those that have renewed since have the new time already.
    await client.query(
      `UPDATE control.workers SET lease_until =
         least(lease_until + $1 * interval '1 millisecond', clock_timestamp() + $2 * interval '1 millisecond')
        WHERE $1 > 0 OR lease_until > clock_timestamp() + $2 * interval '1 millisecond'`,
      [stepMs, LEASE_MS],
    );
  });
}
