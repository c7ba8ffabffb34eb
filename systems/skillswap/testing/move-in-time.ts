import { withTransaction } from '@banyan/postgres';
import { until } from '@banyan/postgres/until';
import { whyNotWriter } from '@banyan/service';
import type pg from 'pg';

const MOVE = `UPDATE sessions SET starts_at = now() - make_interval(mins => $2), ends_at = ends_at - starts_at + now() - make_interval(mins => $2)
  WHERE id = $1`;
/** Of the triggers by which Banyan keeps the monolith from writing what a service owns. */
const REFUSED = 'BA001';

/** Lets it be so many minutes after the beginning of a session: for whoever has sessions at that moment, as they would write it. */
export function moveInTime({ monolith, session }: { monolith: pg.Pool; session: pg.Pool }) {
  return async (sessionId: string, minutesAfterBeginning: number): Promise<void> => {
    const values = [sessionId, minutesAfterBeginning];
    const byService = async () =>
      await withTransaction(session, async (tx) => {
        if ((await whyNotWriter(tx, { service: 'session', tables: ['sessions'] })) !== undefined)
          return false;
        return (await tx.query(MOVE, values)).rowCount === 1;
      });
    const byMonolith = async () =>
      await monolith.query(MOVE, values).then(
        ({ rowCount }) => rowCount === 1,
        (error: pg.DatabaseError) => {
          if (error.code === REFUSED) return false;
          throw error;
        },
      );
    // While a step decides it neither may.
    await until(async () => (await byService()) || (await byMonolith()));
  };
}
