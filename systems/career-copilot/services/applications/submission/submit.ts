import { setTimeout as delay } from 'node:timers/promises';
import type { Sagas } from '@banyan/events';
import { inCallScope } from '@banyan/service';
import type pg from 'pg';
import { errors } from '../decide.ts';
import type { createApplicationSaga, Refusal } from './saga.ts';
import * as store from './store.ts';

export type SubmissionSagas = Sagas<ReturnType<typeof createApplicationSaga>>;

export type Outcome =
  | { state: 'pending' }
  | { state: 'done'; applicationId: number }
  /** Without a reason it was nobody's refusal. */
  | { state: 'failed'; reason: Refusal | null };

/** Starts the saga, once however often it is asked. Resolves with what came of it within `ms`. */
export async function submit(
  { pool, sagas }: { pool: pg.Pool; sagas: SubmissionSagas },
  asked: store.Asked,
  ms: number,
): Promise<Outcome> {
  const { id: submissionId, userId, jobId } = asked;
  // It outlives the request, and neither its token nor its deadline is the saga's.
  const scope = { deadlineAt: undefined, authorization: undefined, requestId: undefined };
  const started = await inCallScope(scope, () =>
    sagas
      .start('create_application', { submissionId, userId, jobId }, { id: sagaOf(asked) })
      .catch((cause: unknown) => {
        // It is kept, and started later by whoever runs sagas.
        throw errors('NOT_STARTED', { cause, headers: { 'retry-after': '30' } });
      }),
  );
  await store.markStarted(pool, asked);
  const late = new AbortController();
  const ended = started.ended().then((end): Outcome => {
    if (end.state === 'COMPLETED') return done(end.results.create_application);
    return { state: 'failed', reason: reasonIn(end.failure?.message) };
  });
  const pending = delay(ms, { state: 'pending' } as const, { signal: late.signal });
  try {
    return await Promise.race([ended, pending]);
  } finally {
    late.abort();
    pending.catch(() => {});
    ended.catch(() => {});
  }
}

/** What has come of it until now. */
export async function outcomeOf(sagas: SubmissionSagas, asked: store.Asked): Promise<Outcome> {
  const { state, failure, steps } = await sagas.show(sagaOf(asked));
  if (state === 'FAILED') return { state: 'failed', reason: reasonIn(failure?.message) };
  if (state !== 'COMPLETED') return { state: 'pending' };
  return done(steps.find(({ step, what }) => step === 'create_application' && what === 'action')?.result);
}

/** Asked for again, what has failed by nobody's refusal begins anew: nothing of it is left, and its key is still good. */
export async function begunAnew(
  { pool, sagas }: { pool: pg.Pool; sagas: SubmissionSagas },
  asked: store.Asked,
): Promise<store.Asked> {
  if (!asked.isStarted) return asked;
  const outcome = await outcomeOf(sagas, asked);
  return outcome.state === 'failed' && outcome.reason === null ? await store.beginAnew(pool, asked) : asked;
}

/** Starts those whose process has died before it could. Resolves with how many that were. */
export async function submitLeft(pool: pg.Pool, sagas: SubmissionSagas): Promise<number> {
  const left = await store.listLeft(pool, LEFT_SECONDS);
  for (const one of left) await submit({ pool, sagas }, one, 0);
  return left.length;
}

const LEFT_SECONDS = 30;

function sagaOf({ id, attempt }: store.Asked): string {
  return `create_application:${id}${attempt === 0 ? '' : `:${attempt}`}`;
}

function done(result: unknown): Outcome {
  return { state: 'done', applicationId: (result as { applicationId: number }).applicationId };
}

function reasonIn(message: string | undefined): Refusal | null {
  const found = /USER_NOT_ACTIVE|JOB_NOT_OPEN|ALREADY_APPLIED|DAILY_LIMIT/.exec(message ?? '');
  return (found?.[0] ?? null) as Refusal | null;
}
