import { DBOS } from '@dbos-inc/dbos-sdk';
import { Value } from 'typebox/value';
import type { Succeeded } from './attempt.ts';
import type { Signals, Step, WaitContext } from './define.ts';
import { type Duration, toMilliseconds } from './duration.ts';
import { StepFailed } from './errors.ts';
import { type Run, recorded } from './host.ts';
import { signalTopic, waitsName } from './names.ts';

/** What is on record from the moment a saga begins to wait. */
type Waits = {
  /** Undefined for a mere sleep. */
  signal?: string;
  /** Epoch milliseconds; undefined: for ever. */
  until?: number;
  /** What ends at `until` is the saga's deadline, not the wait. */
  deadline?: true;
};

/** Runs a step that waits. Its outcome goes on record like every other step's. */
export async function waitStep(run: Run, step: Step): Promise<Succeeded<unknown>> {
  const broken: { error?: unknown } = {};
  const outcome = await waitAndDecide(run, step, broken);
  if ('error' in broken) throw broken.error;
  return await recorded(run, step.name, async () => {
    if (outcome instanceof Error) {
      const at = new Date().toISOString();
      const kind = outcome instanceof PastDeadline ? 'deadline' : 'refused';
      throw new StepFailed(step.name, false, [{ at, kind, message: outcome.message }]);
    }
    return outcome;
  });
}

class PastDeadline extends Error {
  constructor() {
    super("the saga's deadline has passed");
  }
}

/** What it came to: what `until` returned, or the error that it threw. `broken` is given what is no business of `until`. */
async function waitAndDecide(
  run: Run,
  step: Step,
  broken: { error?: unknown },
): Promise<Succeeded<unknown> | Error> {
  const guarded = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof PastDeadline)) broken.error = error;
      throw error;
    }
  };
  const ctx: WaitContext<unknown, unknown, Signals> = {
    ...run.ctx,
    signal: (name, options = {}) => guarded(nextSignal(run, step, name, options.timeout)),
    sleep: (duration) => guarded(waitUntil(run, step, undefined, duration).then(() => {})),
  };
  try {
    return { result: await step.run.until(ctx), attempts: 1 };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function nextSignal(run: Run, step: Step, name: string, timeout?: Duration): Promise<never> {
  const schema = run.saga.signals[name];
  for (;;) {
    const message = await waitUntil(run, step, name, timeout);
    // One that came by the command line was not looked at before.
    if (message === null || !schema || Value.Check(schema, message.payload)) return message?.payload as never;
    run.host.log.warn(
      { saga: run.saga.name, sagaId: run.ctx.id, signal: name },
      'ignored a malformed signal',
    );
  }
}

/** The next message, or null when the time is over. Throws PastDeadline. */
async function waitUntil(
  run: Run,
  step: Step,
  signal: string | undefined,
  duration: Duration | undefined,
): Promise<{ payload: unknown } | null> {
  const { gate, waitingRoom } = run.host;
  const topic = signal === undefined ? undefined : signalTopic(signal);
  const waits = await recorded(run, waitsName(step.name), async () =>
    planWait(Date.now(), signal, duration, run.begun.deadlineAt),
  );
  await recorded(run, `${step.name}:waited`, () =>
    waitingRoom.wait(run.ctx.id, topic, waits.until ?? Number.POSITIVE_INFINITY),
  );
  const message = topic
    ? await gate.pass(() => DBOS.recv<{ payload: unknown }>(topic, { timeoutSeconds: 0 }))
    : null;
  if (message === null && waits.deadline) throw new PastDeadline();
  return message;
}

function planWait(
  now: number,
  signal: string | undefined,
  duration: Duration | undefined,
  deadlineAt: number | undefined,
): Waits {
  const own = duration === undefined ? Number.POSITIVE_INFINITY : now + toMilliseconds(duration);
  const until = Math.min(own, deadlineAt ?? Number.POSITIVE_INFINITY);
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(Number.isFinite(until) ? { until } : {}),
    ...(until < own ? { deadline: true as const } : {}),
  };
}
