import { withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import { attempt, type Stop, type Succeeded } from './attempt.ts';
import type { Step } from './define.ts';
import { undo } from './effects.ts';
import { isStepFailed } from './errors.ts';
import { durable, onceAnswered, type Run } from './host.ts';
import { interventionTopic, undoName } from './names.ts';
import { byTime } from './retrying.ts';

/**
 * Takes a step back, with pauses, for as long as the saga states; that time goes on over a restart. `times`: this one included, how
 * often it is begun. An operator who answers meanwhile ends it, as if it had failed for good.
 */
export async function compensate(run: Run, step: Step, times: number): Promise<Succeeded<unknown>> {
  const { host, ctx, saga } = run;
  const { pool, gate, waitingRoom } = host;
  const undoes = `${ctx.id}:${step.name}`;
  const topic = interventionTopic(step.name, times);
  const { forMs, longestPauseMs } = saga.compensating;
  return await durable(run, undoName(step.name), async () => {
    const { compensation } = step.run;
    const since = await onceAnswered(host, () => begunAt(pool, ctx.id, step.name, times));
    const retrying = byTime({ delayMs: step.retryDelayMs, longestMs: longestPauseMs, until: since + forMs });
    try {
      return await attempt(
        {
          step: step.name,
          timeoutMs: step.timeoutMs,
          mayHaveRun: true,
          retrying,
          stop: () => onceAnswered(host, () => answered(pool, ctx.id, topic)),
          failed: (soFar) =>
            onceAnswered(host, () => record(pool, ctx.id, step.name, { times, since, ...soFar })),
        },
        (each) => {
          const call = { ...each, idempotencyKey: undoName(undoes), undoes };
          return step.kind === 'transaction'
            ? withTransaction(pool, (tx) => undo(tx, undoes, () => compensation(ctx, { ...call, tx })), {
                signal: each.signal,
              })
            : compensation(ctx, call);
        },
        (ms) => gate.outside(() => waitingRoom.wait(ctx.id, { topic, until: Date.now() + ms })),
      );
    } catch (error) {
      if (isStepFailed(error) && error.attempts.at(-1)?.kind !== 'answered') {
        host.metrics.stuck(saga.name);
        const fields = { saga: saga.name, sagaId: ctx.id, step: step.name, err: error.cause ?? error };
        host.log.error(fields, `saga is stuck: fix the cause, then banyan sagas retry ${ctx.id}`);
      }
      throw error;
    } finally {
      await onceAnswered(host, () =>
        pool.query('DELETE FROM banyan_events.saga_compensations WHERE saga_id = $1', [ctx.id]),
      );
    }
  });
}

/** When a process that died began with it, otherwise now. */
async function begunAt(pool: pg.Pool, id: string, step: string, times: number): Promise<number> {
  const { rows } = await pool.query<{ since: Date }>(
    'SELECT since FROM banyan_events.saga_compensations WHERE saga_id = $1 AND step = $2 AND times = $3',
    [id, step, times],
  );
  return rows[0]?.since.getTime() ?? Date.now();
}

async function answered(pool: pg.Pool, id: string, topic: string): Promise<Stop | undefined> {
  const { rowCount } = await pool.query(
    'SELECT FROM banyan_sagas.notifications WHERE destination_uuid = $1 AND topic = $2 AND NOT consumed',
    [id, topic],
  );
  return rowCount ? { kind: 'answered', message: 'an operator has answered' } : undefined;
}

async function record(
  pool: pg.Pool,
  id: string,
  step: string,
  told: { times: number; since: number; attempts: number; cause: string; nextAt: number },
): Promise<void> {
  await pool.query(
    `INSERT INTO banyan_events.saga_compensations (saga_id, step, times, since, attempts, cause, next_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (saga_id, step) DO UPDATE SET times = excluded.times, since = excluded.since,
       attempts = excluded.attempts, cause = excluded.cause, next_at = excluded.next_at`,
    [id, step, told.times, new Date(told.since), told.attempts, told.cause, new Date(told.nextAt)],
  );
}
