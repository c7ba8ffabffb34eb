import { withTransaction } from '@banyan/postgres';
import { inSpan } from '@banyan/service';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { attempt, type Stop, type Succeeded } from './attempt.ts';
import { compensate } from './compensate.ts';
import type { Saga, Step } from './define.ts';
import { once } from './effects.ts';
import { isStepFailed, type StepFailed } from './errors.ts';
import {
  type Begun,
  durable,
  onceAnswered,
  type Run,
  recorded,
  type SagaEnd,
  type SagaHost,
} from './host.ts';
import { type Intervention, interventionTopic } from './names.ts';
import { type Happened, nextMove } from './progress.ts';
import { byCount } from './retrying.ts';
import { waitStep } from './wait.ts';

/**
 * Runs a saga from its start. What is on record already is not done again but read: after a crash this function comes to
 * the point where the dead process was, by the same way.
 */
export async function runSaga(saga: Saga, host: SagaHost, begun: Begun, resumed: boolean): Promise<SagaEnd> {
  const id = DBOS.workflowID!;
  const results: Record<string, unknown> = {};
  const run: Run = {
    saga,
    begun,
    host,
    resumed,
    ctx: { id, correlationId: begun.correlationId, input: begun.input, results },
  };
  const history: Happened[] = [];
  let failure: SagaEnd['failure'];
  for (;;) {
    const next = nextMove(saga.steps, history);
    if (next.move === 'end')
      return await end(run, { state: next.state, results, ...(failure ? { failure } : {}) });
    const step = saga.steps.find(({ name }) => name === next.step)!;
    switch (next.move) {
      case 'act': {
        const outcome = await caught(() => (step.kind === 'wait' ? waitStep(run, step) : act(run, step)));
        if (isStepFailed(outcome)) {
          failure = { step: step.name, message: outcome.message };
          history.push({ step: step.name, what: 'failed', unknown: outcome.unknown });
        } else {
          results[step.name] = outcome.result;
          history.push({ step: step.name, what: 'done' });
        }
        break;
      }
      case 'undo': {
        const outcome = await caught(() => compensate(run, step, timesStuck(history, step) + 1));
        history.push({ step: step.name, what: isStepFailed(outcome) ? 'stuck' : 'undone' });
        break;
      }
      case 'ask': {
        const { action } = await askOperator(run, step, timesStuck(history, step));
        history.push({ step: step.name, what: action === 'retry' ? 'retry' : 'skipped' });
      }
    }
  }
}

function timesStuck(history: readonly Happened[], step: Step): number {
  return history.filter((each) => each.step === step.name && each.what === 'stuck').length;
}

async function act(run: Run, step: Step): Promise<Succeeded<unknown>> {
  const { host, ctx, saga } = run;
  const idempotencyKey = `${ctx.id}:${step.name}`;
  return await durable(run, step.name, async () => {
    if (step === saga.steps[0]) host.metrics.started(saga.name);
    const call = (attempt: { signal: AbortSignal; attempt: number }) => ({ ...attempt, idempotencyKey });
    const action = step.run.action;
    const plan = {
      step: step.name,
      timeoutMs: step.timeoutMs,
      retrying: byCount(step.retries, step.retryDelayMs),
      // In a transaction nothing is ever half done, and the mark tells whether it was.
      mayHaveRun: step.kind === 'transaction' || run.resumed,
      stop: () => overOrCancelled(run),
    };
    return await attempt(
      plan,
      (each) =>
        step.kind === 'transaction'
          ? // Cut when its time is over: one that hangs would keep its connection, and its mark from the compensation.
            withTransaction(
              host.pool,
              (tx) => once(tx, idempotencyKey, () => action(ctx, { ...call(each), tx })),
              { signal: each.signal },
            )
          : action(ctx, call(each)),
      (ms) =>
        host.gate.outside(() => host.waitingRoom.wait(ctx.id, { cancel: true, until: Date.now() + ms })),
    );
  });
}

async function overOrCancelled({ begun, host, ctx }: Run): Promise<Stop | undefined> {
  if (begun.deadlineAt !== undefined && Date.now() >= begun.deadlineAt)
    return { kind: 'deadline', message: "the saga's deadline has passed" };
  const message = await onceAnswered(host, () => host.cancellations.of(ctx.id));
  return message === undefined ? undefined : { kind: 'cancelled', message };
}

async function askOperator(run: Run, step: Step, times: number): Promise<Intervention> {
  const topic = interventionTopic(step.name, times);
  const { gate, waitingRoom } = run.host;
  await recorded(run, `${step.name}:mended`, () =>
    waitingRoom.wait(run.ctx.id, { topic, until: Number.POSITIVE_INFINITY }),
  );
  const intervention = await gate.pass(() => DBOS.recv<Intervention>(topic, { timeoutSeconds: 0 }));
  return intervention!;
}

async function end(run: Run, ended: SagaEnd): Promise<SagaEnd> {
  const { saga, begun, host, ctx } = run;
  host.metrics.ended(saga.name, ended.state, (Date.now() - begun.startedAt) / 1_000);
  if (begun.trace) {
    const attributes = { 'saga.id': ctx.id, 'saga.state': ended.state };
    await inSpan(
      `saga ${saga.name}`,
      { parent: begun.trace, startTime: begun.startedAt, attributes },
      async () => {},
    );
  }
  return ended;
}

async function caught<T>(work: () => Promise<T>): Promise<T | StepFailed> {
  try {
    return await work();
  } catch (error) {
    if (isStepFailed(error)) return error;
    throw error;
  }
}
