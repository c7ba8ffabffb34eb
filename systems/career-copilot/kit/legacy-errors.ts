import { type Refusal, refusalOf, StatedError, statusesIn, type ValidationIssue } from '@banyan/monolith/api';
import { LEGACY_ERRORS } from '../api/errors.ts';

const ERROR_HEADERS: Record<number, Record<string, string>> = {
  401: { 'www-authenticate': 'Bearer' },
  503: { 'retry-after': '1' },
};

export type ApiErrorCode = keyof typeof LEGACY_ERRORS;

/** Statuses of these errors, for the OpenAPI. */
export function statusesOf(...codes: ApiErrorCode[]): number[] {
  return statusesIn(LEGACY_ERRORS, codes);
}

export class ApiError extends StatedError<ApiErrorCode> {
  override name = 'ApiError';

  constructor(code: ApiErrorCode, options?: ErrorOptions) {
    super(LEGACY_ERRORS, code, options);
  }
}

export type LegacyAnswer = { status: number; headers: Record<string, string>; body: { detail: unknown } };

export const NOT_FOUND: LegacyAnswer = { status: 404, headers: {}, body: { detail: 'Not Found' } };

/** What the legacy API answers to anything thrown, in the way of FastAPI: `{"detail": ...}`, 422 for bad input. */
export function legacyAnswer(error: unknown): LegacyAnswer {
  if (error instanceof ApiError) {
    return {
      status: error.status,
      headers: ERROR_HEADERS[error.status] ?? {},
      body: { detail: error.message },
    };
  }
  const refusal = refusalOf(error);
  if (refusal) return refused(refusal);
  return { status: 500, headers: {}, body: { detail: 'Internal Server Error' } };
}

function refused(refusal: Refusal): LegacyAnswer {
  switch (refusal.kind) {
    case 'invalid':
      return invalid(refusal.issues.map((issue) => validationIssue(refusal.context, issue)));
    case 'too-large':
      return { status: 413, headers: {}, body: { detail: 'Request Entity Too Large' } };
    case 'unreadable':
      return invalid([{ loc: ['body'], msg: 'JSON decode error', type: 'value_error.jsondecode' }]);
    case 'nul':
      return invalid([{ loc: ['body'], msg: 'must not contain NUL characters', type: 'value_error' }]);
    case 'half-surrogate': {
      const msg = 'must not contain halves of surrogate pairs';
      return invalid([{ loc: ['body'], msg, type: 'value_error' }]);
    }
  }
}

function invalid(detail: unknown[]): LegacyAnswer {
  return { status: 422, headers: {}, body: { detail } };
}

function validationIssue(
  context: string,
  issue: ValidationIssue,
): { loc: string[]; msg: string; type: string } {
  const place = CONTEXTS[context] ?? context;
  const path = issue.instancePath.split('/').slice(1);
  if (issue.keyword === 'required') {
    const missing = String(issue.params.missingProperty);
    return { loc: [place, ...path, missing], msg: 'field required', type: 'value_error.missing' };
  }
  return { loc: [place, ...path], msg: issue.message ?? 'invalid', type: `value_error.${issue.keyword}` };
}

const CONTEXTS: Record<string, string> = { querystring: 'query', params: 'path', headers: 'header' };
