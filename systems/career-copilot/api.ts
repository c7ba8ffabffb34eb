/**
 * The public API of Career Copilot, as its clients know it: request and response bodies, statuses and error texts.
 * The monolith and the services that take its routes over answer by these, so that nobody can tell them apart.
 */
import { type Static, type TObject, type TSchema, Type } from 'typebox';

export const API = '/api/v1';
export const LEGACY_ISSUER = 'career-copilot';
export const AUTH_ISSUER = 'career-copilot-auth';

/** As a response schema it also fixes the order of the keys; dates become ISO 8601 in UTC with milliseconds. */
export const Timestamp = Type.Unsafe<Date>({ type: 'string', format: 'date-time' });

export function Nullable<T>(schema: TSchema & { type?: unknown }): ReturnType<typeof Type.Unsafe<T | null>> {
  return Type.Unsafe<T | null>({ ...schema, type: [schema.type as string, 'null'] });
}

const JsonObject = Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true });

/** The limits of PostgreSQL's `integer`, the type of every whole number that is stored. */
export const INTEGER = { minimum: -2_147_483_648, maximum: 2_147_483_647 };

export const Id = Type.Object({ id: Type.Integer({ ...INTEGER, minimum: 1 }) });
export type Id = Static<typeof Id>;

/** The account id in a token's subject. Throws `BAD_CREDENTIALS` if it can be none. */
export function accountId(subject: string | undefined): number {
  const id = Number(subject);
  if (!Number.isSafeInteger(id) || id < 1 || id > INTEGER.maximum) throw new ApiError('BAD_CREDENTIALS');
  return id;
}

export const Message = Type.Object({ message: Type.String() });

// Authentication

const Email = Type.String({ format: 'email', maxLength: 255 });
const NewPassword = Type.String({ minLength: 8, maxLength: 72 });

export const RegisterRequest = Type.Object({
  email: Email,
  password: NewPassword,
  full_name: Type.String({ minLength: 1, maxLength: 255 }),
});
export type RegisterRequest = Static<typeof RegisterRequest>;

export const LoginRequest = Type.Object({ email: Type.String(), password: Type.String() });
export type LoginRequest = Static<typeof LoginRequest>;

export const RefreshRequest = Type.Object({ refresh_token: Type.String({ minLength: 1, maxLength: 512 }) });
export type RefreshRequest = Static<typeof RefreshRequest>;

export const PasswordRequest = Type.Object({ current_password: Type.String(), new_password: NewPassword });
export type PasswordRequest = Static<typeof PasswordRequest>;

export const Tokens = Type.Object({
  access_token: Type.String(),
  refresh_token: Type.String(),
  token_type: Type.String(),
  expires_in: Type.Integer(),
});
export type Tokens = Static<typeof Tokens>;

export const Registration = Type.Object({
  id: Type.Integer(),
  email: Type.String(),
  full_name: Type.String(),
  is_active: Type.Boolean(),
  role: Type.String(),
  created_at: Timestamp,
});
export type Registration = Static<typeof Registration>;

export const Registered = Type.Object({ user: Registration, ...Tokens.properties });

export const Account = Type.Object({
  id: Type.Integer(),
  email: Type.String(),
  is_active: Type.Boolean(),
  role: Type.String(),
  created_at: Timestamp,
});
export type Account = Static<typeof Account>;

// Profile

export const Profile = Type.Object({
  id: Type.Integer(),
  email: Type.String(),
  full_name: Type.String(),
  is_active: Type.Boolean(),
  role: Type.String(),
  phone: Nullable<string>(Type.String()),
  location: Nullable<string>(Type.String()),
  headline: Nullable<string>(Type.String()),
  skills: Type.Array(Type.String()),
  preferences: JsonObject,
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Profile = Static<typeof Profile>;

/** Fields left out stay as they are; null empties a field that may be empty. */
export const ProfileChanges = Type.Partial(
  Type.Object({
    full_name: Type.String({ minLength: 1, maxLength: 255 }),
    phone: Nullable<string>(Type.String({ maxLength: 40 })),
    location: Nullable<string>(Type.String({ maxLength: 255 })),
    headline: Nullable<string>(Type.String({ maxLength: 255 })),
    skills: Type.Array(Type.String({ maxLength: 100 }), { maxItems: 100 }),
    preferences: JsonObject,
  }),
);
export type ProfileChanges = Static<typeof ProfileChanges>;

export const PublicProfile = Type.Object({
  id: Type.Integer(),
  full_name: Type.String(),
  headline: Nullable<string>(Type.String()),
  location: Nullable<string>(Type.String()),
  skills: Type.Array(Type.String()),
});
export type PublicProfile = Static<typeof PublicProfile>;

// Jobs, applications, notifications

export const Paging = {
  page: Type.Integer({ minimum: 1, maximum: 100_000, default: 1 }),
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
};

/** A page of rows under their own name, as the legacy API pages everything. */
export function Page<K extends string, T extends TSchema>(name: K, item: T): TObject {
  return Type.Object({
    [name]: Type.Array(item),
    total_count: Type.Integer(),
    page: Type.Integer(),
    limit: Type.Integer(),
    total_pages: Type.Integer(),
  });
}

export const Job = Type.Object({
  id: Type.Integer(),
  company: Type.Object({
    id: Type.Integer(),
    name: Type.String(),
    industry: Nullable<string>(Type.String()),
  }),
  title: Type.String(),
  location: Nullable<string>(Type.String()),
  job_type: Type.String(),
  remote: Type.Boolean(),
  salary_min: Nullable<number>(Type.Integer()),
  salary_max: Nullable<number>(Type.Integer()),
  requirements: Type.Array(Type.String()),
  posted_at: Timestamp,
});
export const JobDetails = Type.Object({
  ...Job.properties,
  description: Type.String(),
  is_active: Type.Boolean(),
});

export const APPLICATION_STATUSES = [
  'saved',
  'applied',
  'screening',
  'interview',
  'offer',
  'accepted',
  'rejected',
  'withdrawn',
] as const;
export type ApplicationStatus = (typeof APPLICATION_STATUSES)[number];
export const Status = Type.Unsafe<ApplicationStatus>({ type: 'string', enum: [...APPLICATION_STATUSES] });

export const Application = Type.Object({
  id: Type.Integer(),
  job_id: Type.Integer(),
  job_title: Type.String(),
  company_name: Type.String(),
  status: Status,
  cover_letter: Nullable<string>(Type.String()),
  applied_at: Nullable<Date>(Timestamp),
  created_at: Timestamp,
  updated_at: Timestamp,
});

export const Note = Type.Object({
  id: Type.Integer(),
  body: Type.String(),
  is_private: Type.Boolean(),
  created_at: Timestamp,
});

export const TimelineEntry = Type.Object({
  id: Type.Integer(),
  from_status: Nullable<string>(Type.String()),
  to_status: Type.String(),
  note: Nullable<string>(Type.String()),
  created_at: Timestamp,
});

export const Document = Type.Object({
  id: Type.Integer(),
  application_id: Nullable<number>(Type.Integer()),
  name: Type.String(),
  kind: Type.String(),
  url: Type.String(),
  content_type: Type.String(),
  size_bytes: Type.Integer(),
  created_at: Timestamp,
});

export const Notification = Type.Object({
  id: Type.Integer(),
  kind: Type.String(),
  title: Type.String(),
  body: Type.String(),
  is_read: Type.Boolean(),
  created_at: Timestamp,
});

// Errors

/** Every error of the legacy API by stable code: its status and the text that clients see as `detail`. */
const ERRORS = {
  NOT_AUTHENTICATED: [401, 'Not authenticated'],
  BAD_CREDENTIALS: [401, 'Could not validate credentials'],
  BAD_LOGIN: [401, 'Incorrect email or password'],
  BAD_REFRESH_TOKEN: [401, 'Invalid refresh token'],
  INACTIVE_USER: [403, 'Inactive user'],
  EMAIL_TAKEN: [400, 'Email already registered'],
  WRONG_PASSWORD: [400, 'Incorrect password'],
  ALREADY_APPLIED: [400, 'Application already exists for this job'],
  BAD_TRANSITION: [400, 'Status transition not allowed'],
  USER_NOT_FOUND: [404, 'User not found'],
  JOB_NOT_FOUND: [404, 'Job not found'],
  COMPANY_NOT_FOUND: [404, 'Company not found'],
  APPLICATION_NOT_FOUND: [404, 'Application not found'],
  NOTIFICATION_NOT_FOUND: [404, 'Notification not found'],
  OVERLOADED: [503, 'Service Unavailable'],
} as const;

const ERROR_HEADERS: Record<number, Record<string, string>> = {
  401: { 'www-authenticate': 'Bearer' },
  503: { 'retry-after': '1' },
};

export type ApiErrorCode = keyof typeof ERRORS;

/** Statuses of these errors, for the OpenAPI. */
export function statusesOf(...codes: ApiErrorCode[]): number[] {
  return [...new Set(codes.map((code) => ERRORS[code][0]))];
}

export class ApiError extends Error {
  readonly code: ApiErrorCode;
  readonly status: number;

  constructor(code: ApiErrorCode) {
    super(ERRORS[code][1]);
    this.name = 'ApiError';
    this.code = code;
    this.status = ERRORS[code][0];
  }
}

export type LegacyAnswer = { status: number; headers: Record<string, string>; body: { detail: unknown } };

export const NOT_FOUND: LegacyAnswer = { status: 404, headers: {}, body: { detail: 'Not Found' } };

/** What a service refuses before the domain is asked, in the words of the legacy API. */
const REFUSALS: Record<string, ApiErrorCode> = {
  UNAUTHENTICATED: 'NOT_AUTHENTICATED',
  INVALID_TOKEN: 'BAD_CREDENTIALS',
  TOKEN_UNVERIFIABLE: 'OVERLOADED',
  OVERLOADED: 'OVERLOADED',
  DEADLINE_PASSED: 'OVERLOADED',
};

/** An error of a service as one of the legacy API, where that has one; everything else as it is. */
export function legacyError(error: unknown): unknown {
  const code = REFUSALS[String((error as { code?: unknown } | undefined)?.code)];
  return code && !(error instanceof ApiError) ? new ApiError(code) : error;
}

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
