import { type Answer, problemAnswer } from '@banyan/service';

/** The errors of RFC 6749 (4.1.2.1 and 5.2) that are given here, each with its status at the token endpoint. */
const ERRORS = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  invalid_scope: 400,
  unsupported_grant_type: 400,
  unsupported_response_type: 400,
  access_denied: 403,
} as const;

export type OAuthErrorCode = keyof typeof ERRORS;

export class OAuthError extends Error {
  readonly code: OAuthErrorCode;

  constructor(code: OAuthErrorCode, description: string) {
    super(description);
    this.name = 'OAuthError';
    this.code = code;
  }
}

/** What OAuth's endpoints answer to anything thrown. */
export function oauthAnswer(error: unknown, requestId: string): Answer {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  if (error instanceof OAuthError) {
    const challenge: Record<string, string> =
      error.code === 'invalid_client' ? { 'www-authenticate': 'Basic realm="oauth"' } : {};
    const body = { error: error.code, error_description: error.message };
    return { status: ERRORS[error.code], headers: { ...headers, ...challenge }, body };
  }
  const { status, headers: more, body } = problemAnswer(error, requestId);
  const { detail } = body as { detail: string };
  const code = status < 500 ? 'invalid_request' : 'server_error';
  return { status, headers: { ...more, ...headers }, body: { error: code, error_description: detail } };
}
