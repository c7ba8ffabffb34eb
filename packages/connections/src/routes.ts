import type { Db } from '@banyan/postgres';
import { defineErrors, type ServiceApp, spellRoutes } from '@banyan/service';
import { Type } from 'typebox';
import { Begun, Callback, Connection, Id, Connections as List, NewConnection, Providers } from './api.ts';
import { OAuthError } from './oauth.ts';
import type { Connections } from './part.ts';
import * as store from './store.ts';
import type { ConnectionSystem, RoutesOfUsers } from './system.ts';

const errors = defineErrors({
  PROVIDER_NOT_FOUND: [404, 'There is no such provider.'],
  CONNECTION_NOT_FOUND: [404, 'There is no such connection.'],
  NOT_BEGUN: [409, 'You have begun no connection that this is the end of, or too long ago. Begin again.'],
  CONNECTION_LOST: [409, 'The provider does not take our tokens any more. Connect again.'],
  PROVIDER_REFUSED: [422, 'The provider has refused.'],
  PROVIDER_UNREACHABLE: [502, 'The provider does not answer as it should. Try again.'],
});

type Context = {
  pool: Db;
  connections: Connections;
  access: RoutesOfUsers;
  spelling?: ConnectionSystem['spelling'];
};

/**
 * Accounts elsewhere that a person connects. The provider sends them back to a page of the web application, which completes it as them:
 * what somebody else has begun cannot be completed in their name.
 */
export async function connectionRoutes(app: ServiceApp, context: Context): Promise<void> {
  await app.register(async (spelled: ServiceApp) => {
    spellRoutes(spelled, context);
    routes(spelled, context);
  });
}

function routes(app: ServiceApp, { pool, connections, access }: Context): void {
  const { callerOf, signedIn: ofUser } = access;
  app.get('/providers', { ...ofUser(), schema: { response: { 200: Providers } } }, async () => ({
    providers: [...connections.providers.values()].map(({ name, scopes }) => ({ name, scopes })),
  }));

  app.post(
    '/connections',
    { ...ofUser(404, 502), schema: { body: NewConnection, response: { 201: Begun } } },
    async (request, reply) => {
      const provider = connections.providers.get(request.body.provider);
      if (!provider) throw errors('PROVIDER_NOT_FOUND');
      const { url, expiresAt } = await asProblem(() => connections.begin(callerOf(request), provider));
      return await reply.code(201).send({ authorization_url: url, expires_at: expiresAt });
    },
  );

  app.post(
    '/connections/complete',
    { ...ofUser(409, 422, 502), schema: { body: Callback, response: { 201: Connection } } },
    async (request, reply) => {
      const query = new URLSearchParams(request.body.query);
      const made = await asProblem(() => connections.complete(callerOf(request), query));
      if (!made) throw errors('NOT_BEGUN');
      return await reply.code(201).send(made);
    },
  );

  app.get('/connections', { ...ofUser(), schema: { response: { 200: List } } }, async (request) => ({
    connections: await store.listConnections(pool, callerOf(request)),
  }));

  app.post(
    '/connections/:id/check',
    { ...ofUser(404, 409, 502), schema: { params: Id, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const token = await asProblem(() => connections.accessToken(callerOf(request), request.params.id));
      if (token === undefined) throw errors('CONNECTION_NOT_FOUND');
      if (token === null) throw errors('CONNECTION_LOST');
      return await reply.code(204).send(null);
    },
  );

  app.delete(
    '/connections/:id',
    { ...ofUser(404), schema: { params: Id, response: { 204: Type.Null() } } },
    async (request, reply) => {
      if (!(await connections.remove(callerOf(request), request.params.id)))
        throw errors('CONNECTION_NOT_FOUND');
      return await reply.code(204).send(null);
    },
  );
}

async function asProblem<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (!(cause instanceof OAuthError)) throw cause;
    throw errors(cause.code === 'REFUSED' ? 'PROVIDER_REFUSED' : 'PROVIDER_UNREACHABLE', { cause });
  }
}
