import { setTimeout as delay } from 'node:timers/promises';
import { inSpan, type TraceCarrier } from '@banyan/service';
import { DBOS, Error as DbosErrors } from '@dbos-inc/dbos-sdk';
import type pg from 'pg';
import type { Cancellations } from './cancellations.ts';
import type { Saga, SagaContext } from './define.ts';
import { SagaError } from './errors.ts';
import type { Gate } from './gate.ts';
import type { SagaMetrics } from './metrics.ts';
import type { WaitingRoom } from './waiting.ts';

/** What a saga was started with; on record from then on. */
export type Begun = {
  input: unknown;
  correlationId: string;
  /** Epoch milliseconds. */
  startedAt: number;
  deadlineAt?: number;
  /** Of whoever started it. All its spans, in whatever process, belong to this trace. */
  trace?: TraceCarrier;
};

export type SagaEnd = {
  state: 'COMPLETED' | 'FAILED';
  results: Record<string, unknown>;
  failure?: { step: string; message: string };
};

/** What a run needs of the process that it is in. */
export type SagaHost = {
  pool: pg.Pool;
  gate: Gate;
  waitingRoom: WaitingRoom;
  cancellations: Cancellations;
  metrics: SagaMetrics;
  log: SagaLog;
};

export type SagaLog = {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

/** One saga in one process. */
export type Run = {
  saga: Saga;
  begun: Begun;
  host: SagaHost;
  ctx: SagaContext<unknown, Record<string, unknown>>;
  /** It was not begun by this very run: a process that died may have made attempts that nobody has a record of. */
  resumed: boolean;
};

/** Work with effects: done in a span, and waited for when the process closes. */
export function durable<T>(run: Run, name: string, work: () => Promise<T>): Promise<T> {
  const { gate } = run.host;
  const parent = run.begun.trace ? { parent: run.begun.trace } : {};
  const attributes = { 'saga.id': run.ctx.id };
  const inItsSpan = () => inSpan(`saga ${run.saga.name} ${name}`, { ...parent, attributes }, work);
  return gate.enter(() => recordedBy(run, name, inItsSpan));
}

/** Waiting: goes on record when it is over, and nobody waits for it. */
export function recorded<T>(run: Run, name: string, work: () => Promise<T>): Promise<T> {
  return run.host.gate.pass(() => recordedBy(run, name, work));
}

async function recordedBy<T>(run: Run, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await DBOS.runStep(work, { name });
  } catch (error) {
    if (!(error instanceof DbosErrors.DBOSUnexpectedStepError)) throw error;
    throw new SagaError(
      'SAGA_CHANGED',
      `${run.saga.name} ${run.ctx.id} has another record where '${name}' would be`,
      `run the definition that it began with beside the new one, which gets a higher version; then banyan sagas retry ${run.ctx.id}`,
      error,
    );
  }
}

/** What our own database says, for which a saga waits: that it is away is no outcome of a step. */
export async function onceAnswered<T>({ gate, log }: SagaHost, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      // What fails while closing is parked.
      if (gate.closing) throw error;
      log.warn({ err: error }, 'a saga waits for its database');
      await delay(1_000);
    }
  }
}
