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
  { id: submissionId, userId, jobId }: store.Asked,
  ms: number,
): Promise<Outcome> {
  // It outlives the request, and neither its token nor its deadline is the saga's.
  const scope = { deadlineAt: undefined, authorization: undefined, requestId: undefined };
  const started = await inCallScope(scope, () =>
    sagas
      .start('create_application', { submissionId, userId, jobId }, { id: sagaOf(submissionId) })
      .catch((cause: unknown) => {
        // It is kept, and started later by whoever runs sagas.
        throw errors('NOT_STARTED', { cause, headers: { 'retry-after': '30' } });
      }),
  );
  await store.markStarted(pool, submissionId);
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
export async function outcomeOf(sagas: SubmissionSagas, submissionId: string): Promise<Outcome> {
  const { state, failure, steps } = await sagas.show(sagaOf(submissionId));
  if (state === 'FAILED') return { state: 'failed', reason: reasonIn(failure?.message) };
  if (state !== 'COMPLETED') return { state: 'pending' };
  return done(steps.find(({ step, what }) => step === 'create_application' && what === 'action')?.result);
}

/** Starts those whose process has died before it could. Resolves with how many that were. */
export async function submitLeft(pool: pg.Pool, sagas: SubmissionSagas): Promise<number> {
  const left = await store.listLeft(pool, LEFT_SECONDS);
  for (const one of left) await submit({ pool, sagas }, one, 0);
  return left.length;
}

const LEFT_SECONDS = 30;

function sagaOf(submissionId: string): string {
  return `create_application:${submissionId}`;
}

function done(result: unknown): Outcome {
  return { state: 'done', applicationId: (result as { applicationId: number }).applicationId };
}

function reasonIn(message: string | undefined): Refusal | null {
  const found = /USER_NOT_ACTIVE|JOB_NOT_OPEN|ALREADY_APPLIED|DAILY_LIMIT/.exec(message ?? '');
  return (found?.[0] ?? null) as Refusal | null;
}
