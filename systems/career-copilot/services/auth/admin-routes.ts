import type { Events } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import { defineErrors, implement, PageQuery, type ServiceApp, signedIn } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { type Static, Type } from 'typebox';
import { Id, Nullable, Timestamp } from '../../api/common.ts';
import { contracts } from '../../contracts/auth.ts';
import { identify } from './callers.ts';
import { anonymized } from './decide.ts';
import * as store from './store.ts';

const errors = defineErrors({
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
  suspension_reason: Nullable<string>(Type.String({ description: 'As an administrator gave it.' })),
  created_at: Timestamp,
  updated_at: Timestamp,
});

const ListQuery = Type.Object({
  ...PageQuery.properties,
  email: Type.Optional(Type.String({ maxLength: 255 })),
  q: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'What the e-mail address begins with, in any case.',
    }),
  ),
  role: Type.Optional(Type.String({ maxLength: 20 })),
  is_active: Type.Optional(Type.Boolean()),
});

/** Of a suspension; it may be left out as a whole. */
const Suspension = Type.Unsafe<{ reason?: string } | null>({
  ...Type.Object({ reason: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })) }),
  type: ['object', 'null'],
});

/** What the legacy API never had: administration of accounts. */
export function adminRoutes(app: ServiceApp, pool: pg.Pool, events: AuthEvents): void {
  const asAdmin = async (request: FastifyRequest) => {
    request.account = await identify(pool, request);
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

  /** Changes an account and tells of it, both or neither; where nothing is to change nothing is told. */
  const change = (
    path: string,
    fact: 'UserSuspended' | 'UserReinstated' | 'UserVerified',
    apply: (
      tx: pg.PoolClient,
      account: store.Account,
      by: { admin: store.Account; reason: string | null },
    ) => Promise<boolean>,
    body?: typeof Suspension,
  ) => {
    app.post(
      `/users/:id/${path}`,
      {
        config,
        onRequest: asAdmin,
        schema: { params: Id, ...(body && { body }), response: { 200: AccountDetails } },
      },
      async (request) =>
        await withTransaction(pool, async (tx) => {
          const { id } = request.params;
          const admin = request.account!;
          const reason = (request.body as Static<typeof Suspension>)?.reason ?? null;
          // One that is deleted meanwhile is not reinstated.
          const account = await store.lockAccount(tx, id);
          if (!account) throw errors('ACCOUNT_NOT_FOUND');
          if (!(await apply(tx, account, { admin, reason }))) return account;
          await events.publish(tx, fact, {
            userId: id,
            byUserId: admin.id,
            ...(reason === null ? {} : { reason }),
          });
          return (await store.findAccount(tx, id))!;
        }),
    );
  };

  change(
    'suspend',
    'UserSuspended',
    async (tx, { id }, { admin, reason }) => {
      if (id === admin.id) throw errors('NOT_YOURSELF');
      return await store.suspend(tx, id, reason);
    },
    Suspension,
  );
  change('reinstate', 'UserReinstated', async (tx, { id, email }) => {
    if (email === anonymized(id).email) throw errors('ACCOUNT_DELETED');
    return await store.reinstate(tx, id);
  });
  change('verify', 'UserVerified', async (tx, { id }) => await store.setVerified(tx, id));
}

/**
 * What the users service asks on behalf of its caller. Also of an account that is inactive: a deletion may be asked for
 * again, and a registration says by itself whether it is, so that the one who asks can answer as the legacy API would.
 */
export function ownAccountRoutes(app: ServiceApp, pool: pg.Pool, events: AuthEvents): void {
  implement(
    app,
    contracts.operations,
    {
      deleteAccount: async (_input, request) => {
        const { id } = await identify(pool, request, { evenInactive: true });
        const nobody = anonymized(id);
        await withTransaction(pool, async (tx) => {
          if (!(await store.anonymizeAccount(tx, id, nobody))) return;
          await events.publish(tx, 'UserDeleted', { userId: id, email: nobody.email });
        });
      },
      getRegistration: async (_input, request) => {
        const account = await identify(pool, request, { evenInactive: true });
        return { ...account, full_name: account.display_name };
      },
    },
    { deleteAccount: { config }, getRegistration: { config } },
  );
}

type AuthEvents = Events<typeof contracts>;

// Who has which role is in the database: a token may be older than that.
const config = { allow: [signedIn], errors: [401, 403, 404, 409] };
