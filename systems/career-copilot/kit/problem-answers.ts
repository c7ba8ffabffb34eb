import { answerErrors, problemAnswer, type ServiceApp, ServiceError } from '@banyan/service';
import { ApiError } from './legacy-errors.ts';

/** The routes of this scope are none of the legacy API: they answer its errors, too, as problem documents (RFC 9457). */
export function answerAsProblems(scope: ServiceApp): void {
  answerErrors(scope, (error, requestId) =>
    problemAnswer(
      error instanceof ApiError ? new ServiceError(error.code, error.status, `${error.message}.`) : error,
      requestId,
    ),
  );
}
