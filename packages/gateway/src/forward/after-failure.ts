import type { ErrorCode } from '../errors.ts';
import type { UpstreamErrorCode } from '../upstream/upstream-error.ts';

/** A request at which an attempt has failed, through no fault of its client. */
export type FailedRequest = {
  safe: boolean;
  /** May be run twice on one side (RFC 9110, 9.2.2). */
  idempotent: boolean;
  /** Bytes of it have gone to an upstream in any attempt so far, so one may have run it. */
  mayHaveRun: boolean;
  /** Its body can be sent once more. */
  replayable: boolean;
  /** Its client still waits. */
  awaited: boolean;
  /** Attempts at this side so far. */
  tries: number;
  /** How many instances the side has. */
  instances: number;
  /** The other side may answer in place of this one. */
  hasFallback: boolean;
  /** How the last attempt failed; 'unavailable': none was made, because no instance or breaker allowed one. */
  failure: UpstreamErrorCode | 'unavailable';
};

/** Ask this side once more, let the other side answer, or tell the client why not. */
export type Next = 'retry' | 'fallback' | ErrorCode;

/**
 * What comes after a failed attempt. An unsafe request goes to the other side, or is told that it did not run, only when
 * no attempt so far can have run it. One side may be asked twice for what may run twice, after a connection that broke.
 */
export function afterFailure(request: FailedRequest): Next {
  if (mayRetry(request)) return 'retry';
  if (mayFallBack(request)) return 'fallback';
  return problemOf(request);
}

function mayRetry({ replayable, awaited, tries, instances, failure, ...request }: FailedRequest): boolean {
  if (tries !== 1 || !replayable || !awaited) return false;
  // Not sent: another instance may be there.
  if (failure === 'connect') return instances > 1;
  if (failure === 'malformed') return request.safe;
  return failure === 'reset' && request.idempotent;
}

function mayFallBack({ hasFallback, replayable, awaited, safe, mayHaveRun }: FailedRequest): boolean {
  return hasFallback && replayable && awaited && (safe || !mayHaveRun);
}

function problemOf({ safe, mayHaveRun, failure }: FailedRequest): ErrorCode {
  if (failure === 'malformed') return 'bad-gateway';
  if (!safe && mayHaveRun) return 'outcome-unknown';
  if (failure === 'busy') return 'upstream-busy';
  if (failure === 'connect' || failure === 'unavailable') return 'unavailable';
  return failure === 'timeout' ? 'upstream-timeout' : 'bad-gateway';
}
