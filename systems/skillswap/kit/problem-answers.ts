import { answerErrors, problemAnswer, type ServiceApp, ServiceError } from '@banyan/service';
import type { ErrorCode } from '../api/errors.ts';
import { ApiError, problemOf } from './problems.ts';

type Answered = { title: string; detail: string; code: string; request_id: string };

/** The routes of this scope answer errors as the monolith does, those of their own too. */
export function answerAsMonolith(scope: ServiceApp): void {
  // It takes text for a body that is not what it has to be, not for one of a type that it does not know.
  scope.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  answerErrors(scope, (thrown, requestId, url) => {
    const error = monolithError(thrown);
    const instance = url.replace(/\?.*/s, '');
    if (!(error instanceof ServiceError)) return problemOf(error, instance);
    const { status, headers, body } = problemAnswer(error, requestId);
    const { title, detail, code, request_id: _id, ...fields } = body as Answered;
    return {
      status,
      headers,
      body: { ...fields, type: 'about:blank', title, status, detail, instance, code },
    };
  });
}

/** What a service refuses before the domain is asked, in the words of the monolith. */
const REFUSALS: Record<string, ErrorCode> = {
  UNAUTHENTICATED: 'NOT_AUTHENTICATED',
  INVALID_TOKEN: 'NOT_AUTHENTICATED',
  FORBIDDEN: 'FORBIDDEN',
  TOKEN_UNVERIFIABLE: 'OVERLOADED',
  OVERLOADED: 'OVERLOADED',
  DEADLINE_PASSED: 'OVERLOADED',
};

/** An error of a service as one of the monolith's, where that has one; everything else as it is. */
function monolithError(error: unknown): unknown {
  const code = REFUSALS[String((error as { code?: unknown } | undefined)?.code)];
  return code && !(error instanceof ApiError) ? new ApiError(code) : error;
}
