import type { UpstreamErrorCode } from '../upstream/upstream-error.ts';

/** Why a request counted as a failure of its side: words for operators, and labels of a metric, so there are few. */
export const FAILURE_REASONS = [
  'status 500',
  'status 502',
  'status 503',
  'status 504',
  'status 5xx',
  'timeout',
  'refused',
  'reset',
  'bad answer',
  'cut off',
  'outcome unknown',
  'breaker open',
  'unhealthy instance',
] as const;

export type FailureReason = (typeof FAILURE_REASONS)[number];

/** The reason of an answer that is a failure (5xx). */
export function reasonOfStatus(status: number): FailureReason {
  switch (status) {
    case 500:
    case 502:
    case 503:
    case 504:
      return `status ${status}`;
    default:
      return 'status 5xx';
  }
}

/** The reason of an attempt without an answer. */
export function reasonOfFailure(code: UpstreamErrorCode): FailureReason {
  switch (code) {
    case 'connect':
      return 'refused';
    case 'timeout':
      return 'timeout';
    case 'malformed':
      return 'bad answer';
    default:
      return 'reset';
  }
}

/**
 * Answers by which a backend itself says that it failed, unlike those of one that is away or overloaded: a monolith
 * that begins to give them after a step was broken by the step.
 */
export const OWN_ERRORS: readonly FailureReason[] = ['status 500', 'status 5xx'];
