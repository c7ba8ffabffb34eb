import { STATUS_CODES } from 'node:http';
import { type Refusal, refusalOf, StatedError, statusesIn } from '@banyan/monolith/api';
import { ERRORS, type ErrorCode } from '../api/errors.ts';

export class ApiError extends StatedError<ErrorCode> {
  override name = 'ApiError';

  constructor(code: ErrorCode, options?: ErrorOptions) {
    super(ERRORS, code, options);
  }
}

/** Statuses of these errors, for the OpenAPI. */
export function statusesOf(...codes: ErrorCode[]): number[] {
  return statusesIn(ERRORS, codes);
}

/** An answer in the manner of Spring's ProblemDetail (RFC 9457). */
export type Problem = {
  status: number;
  headers: Record<string, string>;
  body: {
    type: 'about:blank';
    title: string;
    status: number;
    detail: string;
    /** The path that was asked for. */
    instance: string;
    code: string;
    /** What is wrong with which part of the request. */
    errors?: { pointer: string; detail: string }[];
  };
};

/** What the API answers to anything thrown. Of what is no error of its own nothing is told: that is for the log. */
export function problemOf(error: unknown, instance: string): Problem {
  if (error instanceof ApiError) return problem(error.status, error.code, error.message, instance);
  const refusal = refusalOf(error);
  if (refusal) return refused(refusal, instance);
  return problem(500, 'INTERNAL', 'Something went wrong on our side.', instance);
}

function refused(refusal: Refusal, instance: string): Problem {
  const [status, detail] = ERRORS.INVALID_REQUEST;
  switch (refusal.kind) {
    case 'invalid': {
      const errors = refusal.issues.map(({ instancePath, message }) => ({
        pointer: `/${refusal.context}${instancePath}`,
        detail: message ?? 'invalid',
      }));
      const answer = problem(status, 'INVALID_REQUEST', detail, instance);
      return { ...answer, body: { ...answer.body, errors } };
    }
    case 'too-large':
      return problem(413, 'TOO_LARGE', 'The body is too large.', instance);
    case 'unreadable':
      return problem(refusal.status, 'INVALID_REQUEST', refusal.message, instance);
    case 'nul':
    case 'half-surrogate': {
      const text = 'Text must not contain NUL characters or halves of surrogate pairs.';
      return problem(status, 'INVALID_REQUEST', text, instance);
    }
  }
}

const HEADERS: Record<number, Record<string, string>> = {
  401: { 'www-authenticate': 'Bearer' },
  503: { 'retry-after': '1' },
};

function problem(status: number, code: string, detail: string, instance: string): Problem {
  return {
    status,
    headers: { 'content-type': 'application/problem+json', ...HEADERS[status] },
    body: { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, instance, code },
  };
}
