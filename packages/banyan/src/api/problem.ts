import { ControlError } from '../control/control.ts';

/** RFC 9457 problem as the API answers it; `code` and `hint` are ours; `mend` is what `hint` was called before. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  hint: string;
  /** @deprecated hint */
  mend: string;
};

export const PROBLEM_TYPE = 'application/problem+json';

/** Errors of the API itself; those of the control plane carry their own code and status. */
const API_ERRORS = {
  unauthorized: { status: 401, hint: 'send the token of .banyan/token as `Authorization: Bearer <token>`' },
  forbidden: { status: 403, hint: "use the operator's token" },
  bad_request: { status: 400, hint: 'see GET /openapi.json' },
  bad_target: {
    status: 400,
    hint: "give a share such as '10%' or a stage: monolith, copying, shadowing, migrated",
  },
  not_confirmed: {
    status: 400,
    hint: "repeat the service's name as confirm; retired is the one stage with no way back",
  },
  no_such_endpoint: { status: 404, hint: 'see GET /openapi.json' },
  internal: { status: 500, hint: "look into the control plane's log, then try again" },
} as const;

export function apiError(
  code: keyof typeof API_ERRORS,
  message: string,
  hint: string = API_ERRORS[code].hint,
): ControlError {
  return new ControlError(code, API_ERRORS[code].status, message, hint);
}

export function toProblem(error: ControlError): Problem {
  const { code, status, message, hint } = error;
  return {
    type: `urn:banyan:problem:${code}`,
    title: code.replaceAll('_', ' '),
    status,
    detail: message,
    code,
    hint,
    mend: hint,
  };
}

/** The error in a problem document, or null when it is none of ours. */
export function fromProblem(body: unknown): ControlError | null {
  const { code, status, detail, hint, mend } = (body ?? {}) as Partial<Problem>;
  if (typeof code !== 'string' || typeof status !== 'number' || typeof detail !== 'string') return null;
  // A control plane of the version before has but the old name.
  const told = hint ?? mend;
  return new ControlError(code, status, detail, typeof told === 'string' ? told : '');
}
