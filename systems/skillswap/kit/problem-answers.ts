import { answerErrors, problemAnswer, type ServiceApp, ServiceError } from '@banyan/service';
import { problemOf } from './problems.ts';

type Answered = { title: string; detail: string; code: string; request_id: string };

/** The routes of this scope answer errors as the monolith does, those of their own too. */
export function answerAsMonolith(scope: ServiceApp): void {
  answerErrors(scope, (error, requestId, url) => {
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
