/** What a request is refused for before the domain is asked, or by the database for what it cannot keep. */
export type Refusal =
  | { kind: 'invalid'; context: string; issues: ValidationIssue[] }
  | { kind: 'too-large' }
  /** Fastify could not read it; `status` is its own. */
  | { kind: 'unreadable'; status: number; message: string }
  /** Text with a NUL character. */
  | { kind: 'nul' }
  /** JSON with half a surrogate pair. */
  | { kind: 'half-surrogate' };

export type ValidationIssue = {
  keyword: string;
  instancePath: string;
  message?: string;
  params: Record<string, unknown>;
};

/** What kind of refusal something thrown is; null: it is a failure of ours. */
export function refusalOf(error: unknown): Refusal | null {
  const { validation, validationContext, statusCode, code, routine, message } = error as FrameworkError;
  if (validation) return { kind: 'invalid', context: validationContext ?? 'body', issues: validation };
  if (statusCode === 413) return { kind: 'too-large' };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return { kind: 'unreadable', status: statusCode, message: message ?? '' };
  if (code === NUL_IN_TEXT || code === NUL_IN_JSON) return { kind: 'nul' };
  if (code === BAD_TEXT && routine === 'json_errsave_error') return { kind: 'half-surrogate' };
  return null;
}

type FrameworkError = {
  validation?: ValidationIssue[];
  validationContext?: string;
  statusCode?: number;
  code?: string;
  message?: string;
  /** Of PostgreSQL, where it found the error. */
  routine?: string;
};

/** SQLSTATEs of text and of JSON that holds a NUL character, which PostgreSQL cannot store. */
const NUL_IN_TEXT = '22021';
const NUL_IN_JSON = '22P05';
/** JSON that JavaScript made and PostgreSQL cannot read: half a surrogate pair is the one thing that they differ in. */
const BAD_TEXT = '22P02';
