import { withTransaction } from '@banyan/postgres';
import { inSpan } from '@banyan/service';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { attempt, type Succeeded } from './attempt.ts';
import type { Saga, Step } from './define.ts';
import { once, undo } from './effects.ts';
import { isStepFailed, type StepFailed } from './errors.ts';
import { type Begun, durable, type Run, recorded, type SagaEnd, type SagaHost } from './host.ts';
import { type Mend, mendTopic, undoName } from './names.ts';
import { type Happened, nextMove } from './progress.ts';
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
        const outcome = await caught(() => compensate(run, step));
        history.push({ step: step.name, what: isStepFailed(outcome) ? 'stuck' : 'undone' });
        break;
      }
      case 'ask': {
        const times = history.filter((each) => each.step === step.name && each.what === 'stuck').length;
        const { action } = await askOperator(run, step, times);
        history.push({ step: step.name, what: action === 'retry' ? 'retry' : 'skipped' });
      }
    }
  }
}

async function act(run: Run, step: Step): Promise<Succeeded<unknown>> {
  const { host, ctx, begun, saga } = run;
  const idempotencyKey = `${ctx.id}:${step.name}`;
  return await durable(run, step.name, async () => {
    if (step === saga.steps[0]) host.metrics.started(saga.name);
    const call = (attempt: { signal: AbortSignal; attempt: number }) => ({ ...attempt, idempotencyKey });
    const action = step.run.action;
    const plan = {
      ...planOf(step),
      // In a transaction nothing is ever half done, and the mark tells whether it was.
      mayHaveRun: step.kind === 'transaction' || run.resumed,
      ...(begun.deadlineAt === undefined ? {} : { deadlineAt: begun.deadlineAt }),
    };
    return await attempt(
      plan,
      (each) =>
        step.kind === 'transaction'
          ? withTransaction(host.pool, (tx) =>
              once(tx, idempotencyKey, () => action(ctx, { ...call(each), tx })),
            )
          : action(ctx, call(each)),
      host.gate.pause,
    );
  });
}

async function compensate(run: Run, step: Step): Promise<Succeeded<unknown>> {
  const { host, ctx, saga } = run;
  const undoes = `${ctx.id}:${step.name}`;
  const idempotencyKey = undoName(undoes);
  return await durable(run, undoName(step.name), async () => {
    const compensation = step.run.compensation;
    try {
      return await attempt(
        { ...planOf(step), mayHaveRun: true },
        (each) => {
          const call = { ...each, idempotencyKey, undoes };
          return step.kind === 'transaction'
            ? withTransaction(host.pool, (tx) => undo(tx, undoes, () => compensation(ctx, { ...call, tx })))
            : compensation(ctx, call);
        },
        host.gate.pause,
      );
    } catch (error) {
      host.metrics.stuck(saga.name);
      const fields = {
        saga: saga.name,
        sagaId: ctx.id,
        step: step.name,
        err: (error as Error).cause ?? error,
      };
      host.log.error(fields, `saga is stuck: mend the cause, then banyan sagas retry ${ctx.id}`);
      throw error;
    }
  });
}

async function askOperator(run: Run, step: Step, times: number): Promise<Mend> {
  const topic = mendTopic(step.name, times);
  const { gate, waitingRoom } = run.host;
  await recorded(run, `${step.name}:mended`, () =>
    waitingRoom.wait(run.ctx.id, topic, Number.POSITIVE_INFINITY),
  );
  const mend = await gate.pass(() => DBOS.recv<Mend>(topic, { timeoutSeconds: 0 }));
  return mend!;
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

function planOf({ name, retries, retryDelayMs, timeoutMs }: Step) {
  return { step: name, retries, retryDelayMs, timeoutMs };
}

async function caught<T>(work: () => Promise<T>): Promise<T | StepFailed> {
  try {
    return await work();
  } catch (error) {
    if (isStepFailed(error)) return error;
    throw error;
  }
}
