import { DBOS } from '@dbos-inc/dbos-sdk';
import { Value } from 'typebox/value';
import type { Succeeded } from './attempt.ts';
import type { Signals, Step, WaitContext } from './define.ts';
import { type Duration, toMilliseconds } from './duration.ts';
import { type FailedAttempt, StepFailed } from './errors.ts';
import { onceAnswered, type Run, recorded } from './host.ts';
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
  const met: Met = {};
  const decided = await waitAndDecide(run, step, met);
  if ('broken' in met) throw met.broken;
  const outcome = met.over ?? decided;
  return await recorded(run, step.name, async () => {
    if (outcome instanceof Error) {
      const at = new Date().toISOString();
      const kind: FailedAttempt['kind'] = outcome instanceof Over ? outcome.kind : 'refused';
      const attempts = [{ at, kind, message: outcome.message }];
      throw new StepFailed(step.name, { unknown: false, made: 1, attempts });
    }
    return outcome;
  });
}

/** What ends the wait whatever `until` makes of it. */
class Over extends Error {
  readonly kind: 'deadline' | 'cancelled';
  constructor(kind: Over['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

type Met = {
  over?: Over;
  /** What is no business of `until`, e.g. a database that is away. */
  broken?: unknown;
};

/** What it came to: what `until` returned, or the error that it threw. */
async function waitAndDecide(run: Run, step: Step, met: Met): Promise<Succeeded<unknown> | Error> {
  const guarded = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (error instanceof Over) met.over = error;
      else met.broken = error;
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

/** The next message, or null when the time is over. Throws Over. */
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
  const cancelled = await recorded(run, `${step.name}:waited`, async () => {
    const { until = Number.POSITIVE_INFINITY } = waits;
    await waitingRoom.wait(run.ctx.id, { topic, cancel: true, until });
    return await onceAnswered(run.host, () => run.host.cancellations.of(run.ctx.id));
  });
  if (cancelled !== undefined) throw new Over('cancelled', cancelled);
  const message = topic
    ? await gate.pass(() => DBOS.recv<{ payload: unknown }>(topic, { timeoutSeconds: 0 }))
    : null;
  if (message === null && waits.deadline) throw new Over('deadline', "the saga's deadline has passed");
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
