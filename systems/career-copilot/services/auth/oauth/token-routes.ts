import type { ServiceApp } from '@banyan/service';
import type { FastifyReply } from 'fastify';
import type pg from 'pg';
import { Type } from 'typebox';
import { type Client, isSecret } from './decide.ts';
import { OAuthError } from './errors.ts';
import * as store from './store.ts';
import type { OAuthTokens } from './tokens.ts';

const text = (maxLength: number) => Type.Optional(Type.String({ maxLength }));
const OfClient = { client_id: text(128), client_secret: text(128) };
const TokenRequest = Type.Object({
  ...OfClient,
  grant_type: Type.String({ maxLength: 64 }),
  code: text(128),
  redirect_uri: text(2_000),
  code_verifier: text(128),
  refresh_token: text(128),
  scope: text(1_000),
});
const AboutToken = Type.Object({ ...OfClient, token: Type.String({ minLength: 1, maxLength: 4_096 }) });
const Tokens = Type.Object({
  access_token: Type.String(),
  token_type: Type.String(),
  expires_in: Type.Integer(),
  refresh_token: Type.String(),
  scope: Type.String(),
});
const Introspected = Type.Object({ active: Type.Boolean() }, { additionalProperties: true });

type Credentials = { client_id?: string; client_secret?: string };

/** Tokens for codes and for refresh tokens, their end (RFC 7009), and what they say (RFC 7662). */
export function tokenRoutes(app: ServiceApp, pool: pg.Pool, tokens: OAuthTokens): void {
  const consumes = ['application/x-www-form-urlencoded'];

  app.post(
    '/token',
    { config: CONFIG, schema: { body: TokenRequest, consumes, response: { 200: Tokens } } },
    async ({ body, headers }, reply) => {
      const client = await clientOf(headers.authorization, body);
      if (body.grant_type === 'authorization_code') {
        const { code = '', redirect_uri: redirectUri = '', code_verifier: verifier = '' } = body;
        return await fresh(reply).send(await tokens.ofCode(client, { code, redirectUri, verifier }));
      }
      if (body.grant_type === 'refresh_token')
        return await fresh(reply).send(
          await tokens.ofRefreshToken(client, body.refresh_token ?? '', body.scope),
        );
      throw new OAuthError(
        'unsupported_grant_type',
        'grant_type must be authorization_code or refresh_token.',
      );
    },
  );

  app.post(
    '/revoke',
    { config: CONFIG, schema: { body: AboutToken, consumes, response: { 200: Type.Object({}) } } },
    async ({ body, headers }, reply) => {
      await tokens.revoke(await clientOf(headers.authorization, body), body.token);
      return await fresh(reply).send({});
    },
  );

  app.post(
    '/introspect',
    { config: CONFIG, schema: { body: AboutToken, consumes, response: { 200: Introspected } } },
    async ({ body, headers }, reply) => {
      const client = await clientOf(headers.authorization, body);
      // Anybody can be a public client: whoever has found a token could ask about it.
      if (client.secret_hash === null) throw badClient();
      return await fresh(reply).send(await tokens.introspect(client, body.token));
    },
  );

  /** Throws `invalid_client`, whatever is wrong. */
  async function clientOf(authorization: string | undefined, body: Credentials): Promise<Client> {
    const basic = readBasic(authorization);
    // RFC 6749, 2.3: in one way only.
    if (basic && body.client_secret !== undefined)
      throw new OAuthError('invalid_request', 'The client is named in two ways.');
    const { client_id: id = '', client_secret: secret } = basic ?? body;
    const client = await store.findClient(pool, id);
    if (!client) throw badClient();
    const isGood =
      client.secret_hash === null ? !secret : secret !== undefined && isSecret(secret, client.secret_hash);
    if (!isGood) throw badClient();
    return client;
  }
}

function fresh(reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'no-store');
}

function badClient(): OAuthError {
  return new OAuthError('invalid_client', 'The client is not known, or has not proved who it is.');
}

/** RFC 6749, 2.3.1: each half is encoded as in a form. Undefined: there is none. */
function readBasic(authorization: string | undefined): Credentials | undefined {
  const encoded = /^Basic ([\w+/=-]+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const match = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString());
  if (!match) throw badClient();
  const [id, secret] = [match[1]!, match[2]!].map((half) => new URLSearchParams(`x=${half}`).get('x')!);
  return { client_id: id!, client_secret: secret! };
}

const CONFIG = { allow: 'everybody' as const, errors: [400, 401] };
