import { defineErrors, type ServiceApp } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { Type } from 'typebox';
import { ApiError, Id, Nullable, Registration, Timestamp } from '../../contracts.ts';
import type { Caller } from './caller.ts';
import { anonymized, decodeCursor, encodeCursor } from './decide.ts';
import * as store from './store.ts';

const errors = defineErrors({
  UNAUTHENTICATED: [401, 'A valid access token of an active account is needed.'],
  FORBIDDEN: [403, 'Only administrators may do this.'],
  ACCOUNT_NOT_FOUND: [404, 'There is no such account.'],
  BAD_CURSOR: [400, 'The cursor is none that this list has given.'],
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
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
  cursor: Type.Optional(Type.String({ maxLength: 64 })),
  email: Type.Optional(Type.String({ maxLength: 255 })),
  role: Type.Optional(Type.String({ maxLength: 20 })),
  is_active: Type.Optional(Type.Boolean()),
});

/** What the legacy API never had: administration of accounts, deleting one's own, and what other services ask. */
export function adminRoutes(app: ServiceApp, { pool, caller }: { pool: pg.Pool; caller: Caller }): void {
  const identify = async (request: FastifyRequest, options?: { evenInactive: boolean }) =>
    await caller(request, options).catch((cause: unknown) => {
      throw cause instanceof ApiError ? errors('UNAUTHENTICATED', { headers: BEARER, cause }) : cause;
    });
  const asAdmin = async (request: FastifyRequest) => {
    request.account = await identify(request);
    if (request.account.role !== 'admin') throw errors('FORBIDDEN');
  };

  app.get(
    '/users',
    {
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
      const after = query.cursor === undefined ? 0 : decodeCursor(query.cursor);
      if (after === undefined) throw errors('BAD_CURSOR');
      const { limit, email, role, is_active: isActive } = query;
      // One more than asked for tells whether there is a next page.
      const found = await store.listAccounts(pool, { after, limit: limit + 1, email, role, isActive });
      const users = found.slice(0, limit);
      return { users, next_cursor: found.length > limit ? encodeCursor(users.at(-1)!.id) : null };
    },
  );

  const change = (
    path: string,
    apply: (account: store.Account, admin: store.Account) => Promise<store.Account | undefined>,
  ) => {
    app.post(
      `/users/:id/${path}`,
      { onRequest: asAdmin, schema: { params: Id, response: { 200: AccountDetails } } },
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
  app.delete('/auth/me', async (request, reply) => {
    const { id } = await identify(request, { evenInactive: true });
    await store.anonymizeAccount(pool, id, anonymized(id));
    return await reply.code(204).send();
  });

  // For the users service alone, with its caller's token: the gateway has no such route. Inactive or not is in the
  // answer, so that the one who asks can say it as the legacy API would.
  app.get('/auth/me/registration', { schema: { response: { 200: Registration } } }, async (request) => {
    const account = await identify(request, { evenInactive: true });
    return { ...account, full_name: account.display_name };
  });
}

const BEARER = { 'www-authenticate': 'Bearer' };
