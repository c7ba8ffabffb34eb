import { ServiceError } from '../http/errors.ts';

/** Why a call to another service did not give a good answer. The status is what we answer if nobody catches it. */
const CALL_ERRORS = {
  /** It could not be reached, or said 502, 503 or 504. */
  UNAVAILABLE: [503, 'A service that this needs is not available.'],
  /** It answered too late, or no time was left to ask. */
  DEADLINE: [504, 'A service that this needs did not answer in time.'],
  /** It failed so often that it is left alone for a while. */
  CIRCUIT_OPEN: [503, 'A service that this needs has failed too often and is left alone for a while.'],
  /** So many calls to it are under way that one more would only wait. */
  BULKHEAD_FULL: [503, 'Too many calls to a service that this needs are under way.'],
  /** Its answer is not what the operation promises: type, size, schema. */
  BAD_ANSWER: [502, 'A service that this needs answered something else than it promises.'],
  /** It answered 5xx, with the problem if it sent one. */
  FAILED: [502, 'A service that this needs failed.'],
  /** It answered 4xx: the call was wrong, whatever service is asked. `problem.code` says why. */
  REFUSED: [502, 'A service that this needs refused the call.'],
  /** The caller's own signal. */
  CANCELLED: [503, 'The call was cancelled.'],
  /** A parameter that cannot be part of a path; nothing was sent. */
  BAD_INPUT: [400, 'A parameter cannot be part of a path.'],
} as const;

export type CallErrorCode = keyof typeof CALL_ERRORS;

/** The RFC 9457 document with which the other service refused or failed, as far as it sent one. */
export type RemoteProblem = {
  status: number;
  /** Its code, e.g. `ACCOUNT_NOT_FOUND`; absent if it has none. */
  code?: string;
  detail?: string;
  /** All members as they came. */
  members: Record<string, unknown>;
};

/**
 * A call that gave no good answer. Uncaught in a route it is answered by its status, naming the service and no more.
 *
 * @example
 * if (error instanceof CallError && error.problem?.code === 'ACCOUNT_NOT_FOUND') ...
 */
export class CallError extends ServiceError {
  declare readonly code: CallErrorCode;
  readonly service: string;
  readonly operation: string;
  readonly problem: RemoteProblem | undefined;
  /** What exactly is wrong, for logs. */
  readonly reason: string;

  constructor(
    code: CallErrorCode,
    about: {
      service: string;
      operation: string;
      reason: string;
      problem?: RemoteProblem;
      retryAfterSeconds?: number;
      cause?: unknown;
    },
  ) {
    const [status, message] = CALL_ERRORS[code];
    const { service, operation, reason, problem, retryAfterSeconds, cause } = about;
    super(code, status, message, {
      fields: { service },
      headers: retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
      cause,
    });
    this.name = 'CallError';
    this.service = service;
    this.operation = operation;
    this.reason = reason;
    this.problem = problem;
  }
}
