import { randomUUID } from 'node:crypto';
import { defineErrors, type ServiceApp, signedIn } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { Type } from 'typebox';
import { Nullable, Timestamp } from '../../../api/common.ts';
import { identify } from '../callers.ts';
import { hashOf, isRedirectUri, newSecret, SCOPES } from './decide.ts';
import * as store from './store.ts';

const errors = defineErrors({
  FORBIDDEN: [403, 'Only administrators may do this.'],
  CLIENT_NOT_FOUND: [404, 'There is no such client.'],
  GRANT_NOT_FOUND: [404, 'You have let in no such client.'],
  BAD_REDIRECT_URI: [
    400,
    'A redirect_uri is https, http on 127.0.0.1 or [::1], or a scheme of the program’s own such as com.example.app:, without a fragment.',
  ],
});

const Scope = Type.Unsafe<keyof typeof SCOPES>({ type: 'string', enum: Object.keys(SCOPES) });
const NewClient = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' }),
  redirect_uris: Type.Array(Type.String({ maxLength: 2_000 }), { maxItems: 10 }),
  scopes: Type.Array(Scope, { maxItems: 10 }),
  confidential: Type.Optional(
    Type.Boolean({ description: 'Whether it can keep a secret: it runs on a server.' }),
  ),
  is_resource_server: Type.Optional(
    Type.Boolean({ description: 'It may ask about the tokens of all clients; such a client has a secret.' }),
  ),
});
const ClientFields = {
  id: Type.String(),
  name: Type.String(),
  redirect_uris: Type.Array(Type.String()),
  scopes: Type.Array(Type.String()),
  is_resource_server: Type.Boolean(),
  created_at: Timestamp,
};
const Clients = Type.Object({ clients: Type.Array(Type.Object(ClientFields)) });
const MadeClient = Type.Object({
  ...ClientFields,
  secret: Nullable<string>(Type.String({ description: 'Shown once.' })),
});
const Grants = Type.Object({
  grants: Type.Array(
    Type.Object({
      id: Type.String({ format: 'uuid' }),
      client_name: Type.String(),
      scopes: Type.Array(Type.String()),
      created_at: Timestamp,
      last_used_at: Nullable<Date>(Timestamp),
    }),
  ),
});
const GrantId = Type.Object({ id: Type.String({ format: 'uuid' }) });
const ClientId = Type.Object({ id: Type.String({ maxLength: 128 }) });

/** Which clients there are, for administrators, and whom somebody has let in, for themselves. */
export function clientRoutes(app: ServiceApp, pool: pg.Pool): void {
  const asAdmin = async (request: FastifyRequest) => {
    if ((await identify(pool, request)).role !== 'admin') throw errors('FORBIDDEN');
  };

  app.post(
    '/oauth/clients',
    { config, onRequest: asAdmin, schema: { body: NewClient, response: { 201: MadeClient } } },
    async ({ body }, reply) => {
      if (!body.redirect_uris.every(isRedirectUri)) throw errors('BAD_REDIRECT_URI');
      const { name, redirect_uris, scopes, confidential = false, is_resource_server = false } = body;
      const secret = confidential || is_resource_server ? newSecret() : null;
      const client = await store.insertClient(pool, {
        id: randomUUID(),
        name,
        secret_hash: secret === null ? null : hashOf(secret),
        redirect_uris,
        scopes: [...new Set(scopes)],
        is_resource_server,
      });
      return await reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ ...client, secret });
    },
  );

  app.get(
    '/oauth/clients',
    { config, onRequest: asAdmin, schema: { response: { 200: Clients } } },
    async () => ({
      clients: await store.listClients(pool),
    }),
  );

  app.delete(
    '/oauth/clients/:id',
    { config, onRequest: asAdmin, schema: { params: ClientId, response: { 204: Type.Null() } } },
    async ({ params }, reply) => {
      if (!(await store.deleteClient(pool, params.id))) throw errors('CLIENT_NOT_FOUND');
      return await reply.code(204).send(null);
    },
  );

  app.get('/oauth/grants', { config, schema: { response: { 200: Grants } } }, async (request) => ({
    grants: await store.listGrants(pool, (await identify(pool, request)).id),
  }));

  app.delete(
    '/oauth/grants/:id',
    { config, schema: { params: GrantId, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const { id } = await identify(pool, request);
      if (!(await store.revokeGrantOf(pool, id, request.params.id))) throw errors('GRANT_NOT_FOUND');
      return await reply.code(204).send(null);
    },
  );
}

const config = { allow: [signedIn], errors: [400, 401, 403, 404] };
