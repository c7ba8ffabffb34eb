/** `hint` of each is given where it is thrown, since it names what to write instead. */
const CATALOGUE = {
  SAGA_DEFINITION: 'The saga is not defined as it has to be',
  SAGA_DURATION: 'Not a duration',
  SAGA_INPUT: "Not what the saga's schema asks for",
  SAGA_UNKNOWN: 'No saga of this name runs here',
  SAGA_PROCESS_TAKEN: 'Another service of this process runs sagas already',
  SAGA_ID_TAKEN: 'Another saga has this id',
  SAGA_NOT_FOUND: 'No saga has this id',
  SAGA_NONE_HERE: 'This database holds no sagas',
  SAGA_OVER: 'The saga has ended',
  SAGA_NOT_STUCK: 'The saga is not stuck',
  SAGA_COMPENSATES: 'The saga is compensated already',
  SAGA_CHANGED: 'The steps are no longer those that this saga began with',
} as const;

export type SagaErrorCode = keyof typeof CATALOGUE;

/** Every error of this folder but those of a step. */
export class SagaError extends Error {
  readonly code: SagaErrorCode;
  /** What to do about it. */
  readonly hint: string;
  /** How a client sees it whose request led to it. */
  readonly problem: { status: number } | undefined;
  /** A message whose handling ends in this error goes to the dead letters at once. */
  readonly permanent = true;
  constructor(code: SagaErrorCode, detail: string, hint: string, cause?: unknown) {
    super(`${CATALOGUE[code]}: ${detail}`, cause === undefined ? undefined : { cause });
    this.name = 'SagaError';
    this.code = code;
    this.hint = hint;
    this.problem = code === 'SAGA_INPUT' ? { status: 422 } : undefined;
  }
}

/**
 * Thrown by an action: it will never succeed, so it is not tried again, and it had no effect, so there is nothing to
 * compensate. Any error with `permanent: true` says the same. Thrown by a compensation it makes the saga STUCK at once.
 */
export class Refused extends Error {
  readonly permanent = true;
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Refused';
  }
}

/** One attempt that failed, as it is kept on record. */
export type FailedAttempt = {
  /** RFC 3339, UTC. */
  at: string;
  /**
   * `refused`: for good and without effect. `timeout` and `error`: nobody knows. `circuit`: the called service had failed so
   * often that it was left alone. Never begun: `deadline`, `cancelled`, and `answered`, by an operator who did not wait for the end.
   */
  kind: 'error' | 'timeout' | 'refused' | 'circuit' | 'deadline' | 'cancelled' | 'answered';
  message: string;
};

/** The outcome of a step none of whose attempts succeeded. Kept by DBOS as the step's error and given back on replay. */
export class StepFailed extends Error {
  readonly step: string;
  readonly unknown: boolean;
  /** How many attempts were made; of very many not all are kept. */
  readonly made: number;
  readonly attempts: readonly FailedAttempt[];
  constructor(
    step: string,
    { unknown, made, attempts }: { unknown: boolean; made: number; attempts: readonly FailedAttempt[] },
    options?: ErrorOptions,
  ) {
    super(causeOf(attempts), options);
    this.name = STEP_FAILED;
    this.step = step;
    this.unknown = unknown;
    this.made = made;
    this.attempts = attempts;
    // On record for good; a stack would be most of it.
    this.stack = `${this.name}: ${this.message}`;
  }
}

/** Why it failed: what the last attempt met that met anything; that a service is left alone says nothing of what ails it. */
export function causeOf(attempts: readonly FailedAttempt[]): string {
  const telling = attempts.findLast(({ kind }) => kind !== 'circuit' && kind !== 'answered');
  return (telling ?? attempts.at(-1))?.message ?? 'failed';
}

const STEP_FAILED = 'SagaStepFailed';

/** By name, since an error that comes back from the database has lost its class. */
export function isStepFailed(error: unknown): error is StepFailed {
  return error instanceof Error && error.name === STEP_FAILED;
}
