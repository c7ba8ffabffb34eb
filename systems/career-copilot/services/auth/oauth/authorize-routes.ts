import { createHash } from 'node:crypto';
import { withTransaction } from '@banyan/postgres';
import { type KeyValueStore, mediaOf, type ServiceApp, withinLimit } from '@banyan/service';
import type { FastifyReply } from 'fastify';
import type pg from 'pg';
import { Type } from 'typebox';
import { ApiError } from '../../../kit/legacy-errors.ts';
import { normalizeEmail } from '../decide.ts';
import type { LogIn } from '../login.ts';
import type { Account } from '../store.ts';
import {
  type AuthorizeRequest,
  type Client,
  checkAddress,
  checkAuthorize,
  hashOf,
  newSecret,
  redirectTo,
} from './decide.ts';
import { OAuthError } from './errors.ts';
import { consentPage, pageHeaders, refusalPage } from './page.ts';
import * as store from './store.ts';

export type OAuthContext = {
  pool: pg.Pool;
  limits: KeyValueStore;
  logIn: LogIn;
  /** The public address of the API: as whom answers are given, and tokens signed. */
  issuer: string;
};

/** A client fetches its tokens at once. */
const CODE_SECONDS = 60;
/** Logins that are tried on the page for one address. */
const LOGINS = { max: 20, windowMs: 900_000 };

const text = (maxLength: number) => Type.String({ maxLength });
const Authorize = Type.Object({
  client_id: text(128),
  redirect_uri: text(2_000),
  response_type: Type.Optional(text(32)),
  scope: Type.Optional(text(1_000)),
  state: Type.Optional(text(1_000)),
  code_challenge: Type.Optional(text(128)),
  code_challenge_method: Type.Optional(text(32)),
});
const Decision = Type.Object({
  ...Authorize.properties,
  decision: text(16),
  email: Type.Optional(text(255)),
  password: Type.Optional(text(72)),
  code: Type.Optional(text(40)),
});

/** The page to which a client sends its user, and what that says. Who says yes proves on the page who they are: there is no cookie. */
export function authorizeRoutes(app: ServiceApp, { pool, limits, logIn, issuer }: OAuthContext): void {
  app.get(
    '/authorize',
    { config: CONFIG, schema: { querystring: Authorize, response: PAGES } },
    async ({ query }, reply) => {
      return await answer(query, reply, async (client, { scopes }) =>
        reply.headers(pageHeaders(query.redirect_uri)).send(consentPage(client, query, scopes)),
      );
    },
  );

  app.post(
    '/authorize',
    {
      config: CONFIG,
      schema: { body: Decision, consumes: ['application/x-www-form-urlencoded'], response: PAGES },
    },
    async ({ body }, reply) => {
      const { decision, email = '', password = '', code, ...request } = body;
      return await answer(request, reply, async (client, { scopes, challenge }) => {
        if (decision !== 'allow') throw new OAuthError('access_denied', 'The user said no.');
        const askAgain = async (message: string) => {
          const page = consentPage(client, request, scopes, { email, message });
          return await reply.code(401).headers(pageHeaders(request.redirect_uri)).send(page);
        };
        const account = await whoIs({ email, password, ...(code ? { code } : {}) });
        if (typeof account === 'string') return await askAgain(account);
        const given = await letIn(account, client, request, scopes, challenge);
        if (given === undefined) return await askAgain(new ApiError('BAD_LOGIN').message);
        return await reply
          .header('cache-control', 'no-store')
          .redirect(redirectTo(request, issuer, { code: given }), 303);
      });
    },
  );

  /** Does what is to be done with a good request; a bad one is told to the client, or where it cannot be trusted to the user. */
  async function answer(
    request: AuthorizeRequest,
    reply: FastifyReply,
    good: (client: Client, asked: ReturnType<typeof checkAuthorize>) => Promise<FastifyReply> | FastifyReply,
  ): Promise<FastifyReply> {
    let client: Client;
    try {
      client = checkAddress(await store.findClient(pool, request.client_id), request);
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      return await reply.code(400).headers(pageHeaders()).send(refusalPage(error.message));
    }
    try {
      return await good(client, checkAuthorize(client, request));
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      const told = { error: error.code, error_description: error.message };
      return await reply.header('cache-control', 'no-store').redirect(redirectTo(request, issuer, told), 303);
    }
  }

  /** The account, or what to tell whoever is not let in. */
  async function whoIs(given: { email: string; password: string; code?: string }): Promise<Account | string> {
    const key = createHash('sha256').update(normalizeEmail(given.email)).digest('hex');
    if (!(await withinLimit(limits, `oauth:login:${key}`, LOGINS))) return 'Too many tries, try again later';
    try {
      return await logIn(given);
    } catch (error) {
      if (error instanceof ApiError && error.code !== 'OVERLOADED') return error.message;
      throw error;
    }
  }

  /** A code; undefined: the account is not theirs any more. */
  async function letIn(
    account: Account,
    client: Client,
    { redirect_uri: redirectUri }: AuthorizeRequest,
    scopes: string[],
    challenge: string,
  ): Promise<string | undefined> {
    const code = newSecret();
    return await withTransaction(pool, async (tx) => {
      const grantId = await store.insertGrant(tx, { clientId: client.id, account, scopes });
      if (grantId === undefined) return undefined;
      await store.insertCode(tx, {
        grantId,
        hash: hashOf(code),
        redirectUri,
        challenge,
        seconds: CODE_SECONDS,
      });
      return code;
    });
  }
}

const CONFIG = { allow: 'everybody' as const, errors: [400] };
/** A page, or the words of OAuth for what is no request at all. */
const EITHER = mediaOf('text/html', 'application/json');
const PAGES = {
  200: { description: 'The page that asks the user.', ...mediaOf('text/html') },
  400: { description: 'A page that says why it cannot be allowed.', ...EITHER },
  401: { description: 'The page again: whoever says yes has not proved who they are.', ...EITHER },
  303: { description: 'Back to the client, with a code or an error.', type: 'null' },
};
