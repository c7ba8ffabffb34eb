import { defineErrors, PageQuery, principalOf, type ServiceApp, signedIn } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { Type } from 'typebox';
import { ApiError, Id, Nullable, Registration, Timestamp } from '../../contracts.ts';
import { anonymized } from './decide.ts';
import * as store from './store.ts';

const errors = defineErrors({
  UNAUTHENTICATED: [401, 'A valid access token of an active account is needed.'],
  FORBIDDEN: [403, 'Only administrators may do this.'],
  ACCOUNT_NOT_FOUND: [404, 'There is no such account.'],
  NOT_YOURSELF: [409, 'Administrators cannot suspend themselves.'],
  ACCOUNT_DELETED: [409, 'The account was deleted and cannot be reinstated.'],
});

const AccountDetails = Type.Object({
  id: Type.Integer(),
  email: Type.String(),
  is_active: Type.Boolean(),
  role: Type.String(),
  email_verified_at: Nullable<Date>(Timestamp),
  suspended_at: Nullable<Date>(Timestamp),
  created_at: Timestamp,
  updated_at: Timestamp,
});

const ListQuery = Type.Object({
  ...PageQuery.properties,
  email: Type.Optional(Type.String({ maxLength: 255 })),
  role: Type.Optional(Type.String({ maxLength: 20 })),
  is_active: Type.Optional(Type.Boolean()),
});

/** What the legacy API never had: administration of accounts, deleting one's own, and what other services ask. */
export function adminRoutes(app: ServiceApp, pool: pg.Pool): void {
  const identify = async (request: FastifyRequest, options?: { evenInactive: boolean }) =>
    await store.findCaller(pool, principalOf(request), options).catch((cause: unknown) => {
      throw cause instanceof ApiError ? errors('UNAUTHENTICATED', { headers: BEARER, cause }) : cause;
    });
  const asAdmin = async (request: FastifyRequest) => {
    request.account = await identify(request);
    if (request.account.role !== 'admin') throw errors('FORBIDDEN');
  };

  app.get(
    '/users',
    {
      config,
      onRequest: asAdmin,
      schema: {
        querystring: ListQuery,
        response: {
          200: Type.Object({
            users: Type.Array(AccountDetails),
            next_cursor: Nullable<string>(Type.String()),
          }),
        },
      },
    },
    async ({ query }) => {
      const { items: users, next_cursor } = await store.listAccounts(pool, query);
      return { users, next_cursor };
    },
  );

  const change = (
    path: string,
    apply: (account: store.Account, admin: store.Account) => Promise<store.Account | undefined>,
  ) => {
    app.post(
      `/users/:id/${path}`,
      { config, onRequest: asAdmin, schema: { params: Id, response: { 200: AccountDetails } } },
      async (request) => {
        const account = await store.findAccount(pool, request.params.id);
        if (!account) throw errors('ACCOUNT_NOT_FOUND');
        return (await apply(account, request.account!))!;
      },
    );
  };

  change('suspend', async ({ id }, admin) => {
    if (id === admin.id) throw errors('NOT_YOURSELF');
    return await store.setSuspended(pool, id, true);
  });
  change('reinstate', async ({ id, email }) => {
    if (email === anonymized(id).email) throw errors('ACCOUNT_DELETED');
    return await store.setSuspended(pool, id, false);
  });
  change('verify', async ({ id }) => await store.setVerified(pool, id));

  // Half of a deletion; the users service has the other half and calls this first. Somebody whose account is inactive,
  // perhaps because this half is done already, may still ask for it.
  app.delete('/auth/me', { config }, async (request, reply) => {
    const { id } = await identify(request, { evenInactive: true });
    await store.anonymizeAccount(pool, id, anonymized(id));
    return await reply.code(204).send();
  });

  // For the users service alone, with its caller's token: the gateway has no such route. Inactive or not is in the
  // answer, so that the one who asks can say it as the legacy API would.
  app.get(
    '/auth/me/registration',
    { config, schema: { response: { 200: Registration } } },
    async (request) => {
      const account = await identify(request, { evenInactive: true });
      return { ...account, full_name: account.display_name };
    },
  );
}

// Who has which role is in the database: a token may be older than that.
const config = { allow: [signedIn] };
const BEARER = { 'www-authenticate': 'Bearer' };
