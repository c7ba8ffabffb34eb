import { answerErrors, problemAnswer, type ServiceApp, ServiceError } from '@banyan/service';
import { ApiError, type ApiErrorCode, legacyAnswer } from './legacy-errors.ts';

/**
 * The routes of this scope answer errors in the words of the legacy API. What that never had (a condition that fails) is a
 * problem document among its answers.
 */
export function answerAsLegacy(scope: ServiceApp): void {
  // It takes text for a body that is not what it has to be, not for one of a type that it does not know.
  scope.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  answerErrors(scope, (thrown, requestId) => {
    const error = legacyError(thrown);
    return error instanceof ServiceError ? problemAnswer(error, requestId) : legacyAnswer(error);
  });
}

/** What a service refuses before the domain is asked, in the words of the legacy API. */
const REFUSALS: Record<string, ApiErrorCode> = {
  UNAUTHENTICATED: 'NOT_AUTHENTICATED',
  INVALID_TOKEN: 'BAD_CREDENTIALS',
  TOKEN_UNVERIFIABLE: 'OVERLOADED',
  OVERLOADED: 'OVERLOADED',
  DEADLINE_PASSED: 'OVERLOADED',
};

/** An error of a service as one of the legacy API, where that has one; everything else as it is. */
function legacyError(error: unknown): unknown {
  const code = REFUSALS[String((error as { code?: unknown } | undefined)?.code)];
  return code && !(error instanceof ApiError) ? new ApiError(code) : error;
}
