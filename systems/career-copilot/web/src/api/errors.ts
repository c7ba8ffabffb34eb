import { LEGACY_ERRORS } from '../../../api/errors.ts';
import { type ErrorCode, isErrorCode } from './codes.ts';
import { type FieldProblem, fieldProblemsOf } from './field-problems.ts';

/**
 * Why a request did not bring what it was to bring, whoever answered: in the words of the legacy API (`{"detail": ...}`), as a problem document
 * (RFC 9457) of a service or of the gateway, or nobody at all. `code` tells one from another, and there are words for each (codes.ts).
 */
export class ApiError extends Error {
  readonly code: ErrorCode;
  /** Of the answer; null: there was none. */
  readonly status: number | null;
  /** What is wrong with which field. */
  readonly fields: readonly FieldProblem[];
  /** So long the server wants to be left alone, ms; null: it did not say. */
  readonly retryAfterMs: number | null;
  /** By which the server's log has it. */
  readonly requestId: string | null;
  /** Further members of the problem document, e.g. `application_id`; `code` as it was sent. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, more: Partial<Omit<ApiError, keyof Error | 'code'>> = {}) {
    super(code, more.details?.cause === undefined ? undefined : { cause: more.details.cause });
    this.name = 'ApiError';
    this.code = code;
    this.status = more.status ?? null;
    this.fields = more.fields ?? [];
    this.retryAfterMs = more.retryAfterMs ?? null;
    this.requestId = more.requestId ?? null;
    this.details = more.details ?? {};
  }
}

/** An answer, as much of it as an error is told by. `body`: of JSON what it says, else its text. */
export type ErrorAnswer = { status: number; headers: Pick<Headers, 'get'>; body: unknown };

/**
 * @param parameters of the operation's path: a complaint about another one comes from a route that took the path for one of its own
 * @param now the clock by which a date in Retry-After is told, ms
 */
export function errorOfAnswer(
  { status, headers, body }: ErrorAnswer,
  { parameters, now }: { parameters: readonly string[]; now: number },
): ApiError {
  const members: Record<string, unknown> = isRecord(body) ? body : {};
  const fields = fieldProblemsOf(members);
  return new ApiError(codeOf(status, members, fields, parameters), {
    status,
    fields,
    retryAfterMs: retryAfterOf(headers.get('retry-after'), now),
    requestId: stringOr(members.request_id) ?? headers.get('x-request-id'),
    details: members,
  });
}

/** Of a response that nobody has read. */
export async function errorOfResponse(response: Response, path = ''): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  return errorOfAnswer(
    { status: response.status, headers: response.headers, body: parsed(text) },
    { parameters: parametersOf(path), now: Date.now() },
  );
}

/** Of a request that has no answer. `isOnline`: what the browser knows of its network. */
export function errorOfFailure(
  cause: unknown,
  { isOnline, isSafe }: { isOnline: boolean; isSafe: boolean },
): ApiError {
  if (cause instanceof ApiError) return cause;
  const { name } = cause as { name?: unknown };
  const details = { cause };
  // What was sent may have run.
  if (name === 'TimeoutError') return new ApiError(isSafe ? 'TIMED_OUT' : 'OUTCOME_UNKNOWN', { details });
  // Of a body that is no JSON.
  if (name === 'SyntaxError') return new ApiError('STRANGE_ANSWER', { details });
  if (!isOnline) return new ApiError('OFFLINE', { details });
  return new ApiError(isSafe ? 'UNREACHABLE' : 'OUTCOME_UNKNOWN', { details });
}

/** The page has given up on the request, which is no error. */
export function isCancelled(cause: unknown): boolean {
  return (cause as { name?: unknown } | null)?.name === 'AbortError';
}

/** Names in a path such as `/api/v1/jobs/{id}`. */
export function parametersOf(path: string): string[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name!);
}

function codeOf(
  status: number,
  members: Record<string, unknown>,
  fields: readonly FieldProblem[],
  parameters: readonly string[],
): ErrorCode {
  if (isOfNobody(status, members, fields, parameters)) return 'NO_SUCH_ROUTE';
  const own = stringOr(members.code);
  const named = own === undefined ? legacyCode(status, members.detail) : (OF_GATEWAY[own] ?? own);
  return isErrorCode(named) ? named : codeOfStatus(status);
}

/**
 * Whether a route is meant that nobody has, and not a row: as the monolith says it, a service, and the gateway of a route that its user's side
 * does not have. Or a route took the path for one of its own (`/jobs/search` for `/jobs/{id}`) and says that the parameter is wrong.
 */
function isOfNobody(
  status: number,
  { code, detail }: Record<string, unknown>,
  fields: readonly FieldProblem[],
  parameters: readonly string[],
): boolean {
  if (status === 404) return detail === 'Not Found' || code === 'not-found' || detail === 'No such resource';
  if (status !== 422) return false;
  return fields.some((field) => field.in === 'path' && !parameters.includes(field.path[0]!));
}

/** What the gateway answers by itself, where there are words for it. */
const OF_GATEWAY: Record<string, ErrorCode> = {
  'invalid-body': 'INVALID_REQUEST',
  'outcome-unknown': 'OUTCOME_UNKNOWN',
  'too-many-requests': 'TOO_MANY_REQUESTS',
  'unverifiable-token': 'INVALID_TOKEN',
  'reserved-token': 'INVALID_TOKEN',
};

function legacyCode(status: number, detail: unknown): string | undefined {
  return Object.entries(LEGACY_ERRORS).find(([, [known, text]]) => known === status && text === detail)?.[0];
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 401) return 'NOT_AUTHENTICATED';
  if (status === 403) return 'FORBIDDEN';
  if (status === 404 || status === 410) return 'NOT_FOUND';
  if (status === 409 || status === 412) return 'CONFLICT';
  if (status === 413) return 'BODY_TOO_LARGE';
  if (status === 429) return 'TOO_MANY_REQUESTS';
  if (status === 400 || status === 422) return 'INVALID_REQUEST';
  if (status === 502 || status === 504) return 'UNREACHABLE';
  if (status === 503) return 'BUSY';
  return status >= 500 ? 'INTERNAL' : 'REFUSED';
}

/** RFC 9110, 10.2.3: seconds, or a date. */
function retryAfterOf(header: string | null, now: number): number | null {
  if (header === null) return null;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function stringOr(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
