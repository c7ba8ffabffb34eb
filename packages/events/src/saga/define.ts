import type pg from 'pg';
import type { Static, TSchema } from 'typebox';
import type { Envelope } from '../envelope.ts';
import { type Duration, toMilliseconds } from './duration.ts';
import { SagaError } from './errors.ts';

/** What every function of a saga is given first. */
export type SagaContext<Input, Results> = {
  /** The saga's id. */
  readonly id: string;
  readonly correlationId: string;
  readonly input: Input;
  /** What earlier steps gave, by step. */
  readonly results: Results;
};

type Call = {
  /** `<saga id>:<step>`, the same at every attempt, also by another process: send it as `Idempotency-Key`. */
  readonly idempotencyKey: string;
  /** Aborted when the attempt's time is over; pass it on. */
  readonly signal: AbortSignal;
  /** From 1; from 1 again after a crash. */
  readonly attempt: number;
};

/** Of a compensation: the key is `<saga id>:<step>:undo`. */
type UndoCall = Call & {
  /** The action's idempotency key: what is taken back. */
  readonly undoes: string;
};

type StepOptions = {
  /** Further attempts of the action after the first. Default 3. How long its compensation is tried, the saga states. */
  retries?: number;
  /** Before the first retry, of the action or the compensation, doubled for each further one. Default 1 s. */
  retryDelay?: Duration;
  /** Of one attempt. Default 30 s. */
  timeout?: Duration;
};

type RemoteStep<I, R, N extends string, T> = StepOptions & {
  /** Done at least once; the receiver makes it effective once by the idempotency key. */
  action: (ctx: SagaContext<I, R>, call: Call) => Promise<T>;
  /** Takes it back. Has to bear that the action never had its effect: then its own result may be missing. */
  compensation?: (ctx: SagaContext<I, R & { readonly [K in N]?: T }>, call: UndoCall) => Promise<void>;
};

type TransactionStep<I, R, N extends string, T> = StepOptions & {
  /** Its effect, in the service's own database through `tx`, happens exactly once. Its result is kept as JSON. */
  action: (ctx: SagaContext<I, R>, call: Call & { tx: pg.PoolClient }) => Promise<T>;
  /** Called only if the action's effect is there; happens exactly once too. */
  compensation?: (
    ctx: SagaContext<I, R & { readonly [K in N]?: T }>,
    call: UndoCall & { tx: pg.PoolClient },
  ) => Promise<void>;
};

export type WaitContext<I, R, S extends Signals> = SagaContext<I, R> & {
  /** The next signal of this name, also one that came earlier. Undefined after `timeout`; default: waits for ever. */
  signal<N extends keyof S & string>(
    name: N,
    options?: { timeout?: Duration },
  ): Promise<Static<S[N]> | undefined>;
  /** Goes on after this time, whatever dies meanwhile. */
  sleep(duration: Duration): Promise<void>;
};

type WaitStep<I, R, S extends Signals, T> = {
  /**
   * Waits, and decides by what came; throwing makes the saga fail. Runs again from its start after a crash and gets the
   * same answers, so it must do nothing else than wait and decide, one wait after the other.
   */
  until: (ctx: WaitContext<I, R, S>) => Promise<T>;
};

export type Signals = Readonly<Record<string, TSchema>>;

/** Steps in the order in which they are done. A step's result is known, with its type, to the steps after it. */
type StepList<I, S extends Signals, R = unknown> = {
  /** Whose effect is elsewhere: another service, a mail. */
  step<N extends string, T>(
    name: N,
    step: RemoteStep<I, R, N, T>,
  ): StepList<I, S, R & { readonly [K in N]: T }>;
  /** Whose effect is in the service's own database. */
  transaction<N extends string, T>(
    name: N,
    step: TransactionStep<I, R, N, T>,
  ): StepList<I, S, R & { readonly [K in N]: T }>;
  /** Without effect, for as long as it takes. */
  wait<N extends string, T>(
    name: N,
    step: WaitStep<I, R, S, T>,
  ): StepList<I, S, R & { readonly [K in N]: T }>;
};

export type SagaDefinition<I extends TSchema, S extends Signals> = {
  input: I;
  steps: (saga: StepList<Static<I>, S>) => StepList<Static<I>, S, object>;
  /**
   * Raised when steps are renamed, removed, or put before others; keep the old definition beside the new one until its
   * last saga has ended. Default 1.
   */
  version?: number;
  /** What it can be told while it runs, by name. */
  signals?: S;
  /** After this time no further attempt of an action begins: the saga fails and is compensated. Default: none. */
  deadline?: Duration;
  /** How its compensations are tried before it is STUCK. */
  compensating?: {
    /** From the first attempt of each, whatever dies meanwhile; 0: once. Default 24 h. */
    for?: Duration;
    /** Between two attempts at most. Default 5 min. */
    longestPause?: Duration;
  };
  /** Starts it whenever this event comes. */
  startOn?: { event: string; input: (message: Envelope) => Static<I> };
};

export type Step = {
  readonly name: string;
  readonly kind: 'step' | 'transaction' | 'wait';
  readonly retries: number;
  readonly retryDelayMs: number;
  readonly timeoutMs: number;
  readonly compensable: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: the list that made it has checked its types
  readonly run: any;
};

export type Saga<Name extends string = string, Input = unknown, S extends Signals = Signals> = {
  readonly name: Name;
  readonly version: number;
  readonly input: TSchema;
  readonly signals: S;
  readonly steps: readonly Step[];
  readonly deadlineMs?: number;
  readonly compensating: { forMs: number; longestPauseMs: number };
  readonly startOn?: { event: string; input: (message: Envelope) => unknown };
  /** Never there; carries the type. */
  readonly of?: Input;
};

/** States a saga. Throws SagaError `SAGA_DEFINITION`, `SAGA_DURATION`. */
export function defineSaga<
  const Name extends string,
  I extends TSchema,
  S extends Signals = Record<never, never>,
>(name: Name, definition: SagaDefinition<I, S>): Saga<Name, Static<I>, S> {
  const { version = 1, input, startOn, deadline, compensating = {} } = definition;
  check(NAME.test(name), `its name '${name}'`, NAME_MEND);
  check(Number.isInteger(version) && version > 0, `version ${version} of ${name}`, 'number versions 1, 2, 3');
  const steps: Step[] = [];
  definition.steps(listInto(steps) as unknown as StepList<Static<I>, S>);
  check(steps.length > 0, `${name} has no steps`, 'give it one');
  for (const [index, step] of steps.entries()) {
    const first = steps.findIndex((each) => each.name === step.name) === index;
    check(NAME.test(step.name), `step '${step.name}' of ${name}`, NAME_MEND);
    check(first, `two steps of ${name} are called '${step.name}'`, 'rename one');
  }
  return {
    name,
    version,
    input,
    signals: definition.signals ?? ({} as S),
    steps,
    compensating: {
      forMs: toMilliseconds(compensating.for ?? 'PT24H'),
      longestPauseMs: toMilliseconds(compensating.longestPause ?? 'PT5M'),
    },
    ...(deadline === undefined ? {} : { deadlineMs: toMilliseconds(deadline) }),
    ...(startOn ? { startOn } : {}),
  };
}

const NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;
const NAME_MEND = 'use letters, digits, dashes and underscores, a letter first';

function listInto(steps: Step[]): StepList<unknown, Signals> {
  const add = (kind: Step['kind']) => (name: string, stated: StepOptions & { compensation?: unknown }) => {
    steps.push({
      name,
      kind,
      retries: stated.retries ?? 3,
      retryDelayMs: toMilliseconds(stated.retryDelay ?? 1_000),
      timeoutMs: toMilliseconds(stated.timeout ?? 30_000),
      compensable: stated.compensation !== undefined,
      run: stated,
    });
    return list;
  };
  // biome-ignore lint/suspicious/noExplicitAny: types are those of StepList
  const list: any = { step: add('step'), transaction: add('transaction'), wait: add('wait') };
  return list;
}

function check(holds: boolean, detail: string, hint: string): void {
  if (!holds) throw new SagaError('SAGA_DEFINITION', detail, hint);
}
