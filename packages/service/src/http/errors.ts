import { STATUS_CODES } from 'node:http';
import { errorCode } from '@banyan/postgres';

/** An error that a client is meant to see, with a stable code. Made by a table from `defineErrors`. */
export class ServiceError extends Error {
  readonly code: string;
  readonly status: number;
  /** Members added to the problem document. */
  readonly fields: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(
    code: string,
    status: number,
    message: string,
    {
      fields = {},
      headers = {},
      cause,
    }: { fields?: Record<string, unknown>; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ServiceError';
    this.code = code;
    this.status = status;
    this.fields = fields;
    this.headers = headers;
  }
}

/**
 * A service's errors as one table.
 *
 * @example
 * const errors = defineErrors({ ACCOUNT_NOT_FOUND: [404, 'There is no such account.'] });
 * throw errors('ACCOUNT_NOT_FOUND');
 */
export function defineErrors<const T extends Record<string, readonly [status: number, message: string]>>(
  table: T,
): (
  code: keyof T & string,
  options?: { fields?: Record<string, unknown>; headers?: Record<string, string>; cause?: unknown },
) => ServiceError {
  return (code, options) => {
    const [status, message] = table[code]!;
    return new ServiceError(code, status, message, options);
  };
}

export type Answer = { status: number; headers?: Record<string, string>; body: unknown };

/** RFC 9457. Unknown errors become a bare 500: their text is for the log, not for clients. */
export function problemAnswer(error: unknown, requestId: string): Answer {
  if (error instanceof ServiceError) {
    return problem(error.code, error.status, error.message, requestId, error.fields, error.headers);
  }
  const said = error as { code?: string; message?: string; problem?: PackageProblem } | null;
  if (said?.problem) {
    const { status, fields } = said.problem;
    return problem(String(said.code), status, said.message ?? '', requestId, fields);
  }
  const { validation, statusCode = 500, message } = error as Partial<FrameworkError>;
  if (validation) {
    const errors = validation.map(({ instancePath, message }) => ({
      pointer: instancePath,
      detail: message,
    }));
    return problem('INVALID_REQUEST', 400, 'The request does not match its schema.', requestId, { errors });
  }
  if (statusCode >= 400 && statusCode < 500) {
    return problem('BAD_REQUEST', statusCode, message ?? 'Bad request', requestId);
  }
  if (errorCode(error) === 'POOL_EXHAUSTED') {
    const detail = 'All database connections of the service are in use.';
    return problem('OVERLOADED', 503, detail, requestId, {}, { 'retry-after': '1' });
  }
  if (UNSTORABLE.has(errorCode(error) ?? '') || isBadJsonText(error)) {
    const detail = 'Text must not contain NUL characters or halves of surrogate pairs.';
    return problem('INVALID_REQUEST', 400, detail, requestId);
  }
  return problem('INTERNAL', 500, 'Something went wrong on our side.', requestId);
}

/** SQLSTATEs of text and of JSON that holds a NUL character, which PostgreSQL cannot store. */
const UNSTORABLE = new Set(['22021', '22P05']);

/** JSON that JavaScript made and PostgreSQL cannot read: half a surrogate pair is the one thing that they differ in. */
function isBadJsonText(error: unknown): boolean {
  const { code, routine } = error as { code?: string; routine?: string };
  return code === '22P02' && routine === 'json_errsave_error';
}

/** By which errors of packages say that a client is meant to see them, under their own code. */
type PackageProblem = { status: number; fields?: Record<string, unknown> };

type FrameworkError = {
  validation: { instancePath: string; message?: string }[];
  statusCode: number;
  message: string;
};

function problem(
  code: string,
  status: number,
  detail: string,
  requestId: string,
  fields: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Answer {
  const body = {
    type: `urn:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    code,
    request_id: requestId,
    ...fields,
  };
  return { status, headers: { 'content-type': 'application/problem+json', ...headers }, body };
}
