import { STATUS_CODES } from 'node:http';
import type {
  FastifyError,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RouteShorthandOptions,
} from 'fastify';
import { Value } from 'typebox/value';
import { Tokens } from '../../api/auth.ts';
import { type ApiAnswer, ApiUnreachable, type PostToApi } from './public-api.ts';
import { isOfOwnPage } from './same-origin.ts';
import { cookieOf, endOfCookie, refreshTokenIn, SESSION_PATH } from './session-cookie.ts';

/** Enough for a name, an address and a password. */
const BODY_LIMIT = 4_096;

/**
 * A page's session: the refresh token lies in a cookie that no script can read and that goes nowhere but here, the access token is
 * handed to the page, which keeps it in memory. Answers of the API are passed on as they came, but for the refresh token.
 *
 *   POST   /session               {email, password, code?}      200 {access_token, token_type, expires_in}
 *   POST   /session/registration  {email, password, full_name}  201 the same, and `user`
 *   POST   /session/refresh       {}                            200 the same; 204: nobody is logged in (any more)
 *   DELETE /session                                             204; the cookie is gone whatever the API answered
 *
 * No request is repeated here: a refresh token that comes twice counts as stolen when the first time is longer ago than the
 * `REFRESH_GRACE_SECONDS` of whoever gave it out. The page, which knows whether it had an answer, asks again.
 */
export function sessionRoutes(
  app: FastifyInstance,
  { post, refreshTokenDays }: { post: PostToApi; refreshTokenDays: number },
): void {
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    if (!isOfOwnPage(request.headers))
      throw new SessionError('NOT_FROM_OWN_PAGE', 403, 'Only pages of this site may ask for this.');
  });
  app.setErrorHandler(
    async (error: FastifyError, request, reply) => await sendProblem(error, request, reply),
  );

  /** Hands the page what it may know of the tokens; what the API refused it is told as the API said it. */
  const settle = async (request: FastifyRequest, reply: FastifyReply, answer: ApiAnswer) => {
    if (answer.status >= 300) return await passOn(reply, answer);
    const { refresh_token: refreshToken, ...handedOut } = tokensIn(answer);
    return await reply
      .code(answer.status)
      .header('set-cookie', cookieOf(request.headers, refreshToken, refreshTokenDays))
      .send(handedOut);
  };

  app.post(SESSION_PATH, OF_JSON, async (request, reply) =>
    settle(request, reply, await post('/auth/login', request.body as object, request.headers)),
  );

  app.post(`${SESSION_PATH}/registration`, OF_JSON, async (request, reply) =>
    settle(request, reply, await post('/auth/register', request.body as object, request.headers)),
  );

  app.post(`${SESSION_PATH}/refresh`, OF_JSON, async (request, reply) => {
    const refreshToken = refreshTokenIn(request.headers);
    // No error: each first visit asks.
    if (refreshToken === undefined) return await reply.code(204).send();
    const answer = await post('/auth/refresh', { refresh_token: refreshToken }, request.headers);
    if (answer.status !== 401) return await settle(request, reply, answer);
    return await reply.code(204).header('set-cookie', endOfCookie(request.headers)).send();
  });

  app.delete(SESSION_PATH, { schema: { hide: true } }, async (request, reply) => {
    const refreshToken = refreshTokenIn(request.headers);
    reply.header('set-cookie', endOfCookie(request.headers));
    if (refreshToken === undefined) return await reply.code(204).send();
    const answer = await post('/auth/logout', { refresh_token: refreshToken }, request.headers);
    return answer.status >= 300 ? await passOn(reply, answer) : await reply.code(204).send();
  });
}

/** None of it is part of the public API. */
const OF_JSON: RouteShorthandOptions = {
  bodyLimit: BODY_LIMIT,
  schema: { hide: true, body: { type: 'object' } },
};

class SessionError extends Error {
  readonly code: string;
  readonly statusCode: number;

  constructor(code: string, statusCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.statusCode = statusCode;
  }
}

async function passOn(reply: FastifyReply, { status, headers, body }: ApiAnswer): Promise<FastifyReply> {
  // As bytes: to text Fastify would add a charset.
  return await reply.code(status).headers(headers).send(Buffer.from(body));
}

function tokensIn({ body }: ApiAnswer): Tokens {
  const answer = parsed(body);
  if (!Value.Check(Tokens, answer))
    throw new SessionError('BAD_ANSWER', 502, 'The API did not answer with tokens.');
  return answer;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** A problem document (RFC 9457), as the services and the gateway answer. What is logged holds no token: the request is not. */
async function sendProblem(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { status, code, detail, retryAfter } = problemOf(error);
  if (status >= 500) request.log.error({ err: error }, 'session');
  if (retryAfter) reply.header('retry-after', '1');
  const title = STATUS_CODES[status] ?? 'Error';
  const type = `urn:problem:${code.toLowerCase().replaceAll('_', '-')}`;
  return await reply
    .code(status)
    .header('content-type', 'application/problem+json')
    .send(Buffer.from(JSON.stringify({ type, title, status, detail, code })));
}

function problemOf(error: FastifyError): { status: number; code: string; detail: string; retryAfter?: true } {
  if (error instanceof SessionError)
    return { status: error.statusCode, code: error.code, detail: error.message };
  if (error instanceof ApiUnreachable)
    return error.wasSent
      ? { status: 504, code: 'NO_ANSWER', detail: 'There was no answer; whether it was done is not known.' }
      : { status: 503, code: 'UNAVAILABLE', detail: 'The API cannot be reached now.', retryAfter: true };
  const { statusCode = 500 } = error;
  return statusCode >= 400 && statusCode < 500
    ? { status: statusCode, code: 'BAD_REQUEST', detail: 'A small JSON object is expected.' }
    : { status: 500, code: 'INTERNAL', detail: 'Something went wrong on our side.' };
}
