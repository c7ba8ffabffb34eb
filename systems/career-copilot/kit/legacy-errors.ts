import { LEGACY_ERRORS } from '../api/errors.ts';

const ERROR_HEADERS: Record<number, Record<string, string>> = {
  401: { 'www-authenticate': 'Bearer' },
  503: { 'retry-after': '1' },
};

export type ApiErrorCode = keyof typeof LEGACY_ERRORS;

/** Statuses of these errors, for the OpenAPI. */
export function statusesOf(...codes: ApiErrorCode[]): number[] {
  return [...new Set(codes.map((code) => LEGACY_ERRORS[code][0]))];
}

export class ApiError extends Error {
  readonly code: ApiErrorCode;
  readonly status: number;
  /** Among routes that the legacy API never had it is answered as theirs are: as a problem document. */
  readonly problem: { status: number };

  constructor(code: ApiErrorCode) {
    super(LEGACY_ERRORS[code][1]);
    this.name = 'ApiError';
    this.code = code;
    this.status = LEGACY_ERRORS[code][0];
    this.problem = { status: this.status };
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
  const { validation, validationContext, statusCode, code, routine } = error as FrameworkError;
  if (validation) {
    return invalid(validation.map((issue) => validationIssue(validationContext ?? 'body', issue)));
  }
  if (statusCode === 413) return { status: 413, headers: {}, body: { detail: 'Request Entity Too Large' } };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return invalid([{ loc: ['body'], msg: 'JSON decode error', type: 'value_error.jsondecode' }]);
  }
  if (code === NUL_IN_TEXT || code === NUL_IN_JSON) {
    return invalid([{ loc: ['body'], msg: 'must not contain NUL characters', type: 'value_error' }]);
  }
  if (code === BAD_TEXT && routine === 'json_errsave_error') {
    return invalid([
      { loc: ['body'], msg: 'must not contain halves of surrogate pairs', type: 'value_error' },
    ]);
  }
  return { status: 500, headers: {}, body: { detail: 'Internal Server Error' } };
}

type ValidationIssue = {
  keyword: string;
  instancePath: string;
  message?: string;
  params: Record<string, unknown>;
};

type FrameworkError = {
  validation?: ValidationIssue[];
  validationContext?: string;
  statusCode?: number;
  code?: string;
  /** Of PostgreSQL, where it found the error. */
  routine?: string;
};

/** SQLSTATEs of text and of JSON that holds a NUL character, which PostgreSQL cannot store. */
const NUL_IN_TEXT = '22021';
const NUL_IN_JSON = '22P05';
/** JSON that JavaScript made and PostgreSQL cannot read: half a surrogate pair is the one thing that they differ in. */
const BAD_TEXT = '22P02';

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
