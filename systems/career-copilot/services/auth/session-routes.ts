import { withTransaction } from '@banyan/postgres';
import { defineErrors, principalOf, type ServiceApp, signedIn } from '@banyan/service';
import type pg from 'pg';
import { Type } from 'typebox';
import { Timestamp } from '../../api/common.ts';
import { identify } from './callers.ts';
import type { Sessions } from './sessions.ts';
import * as store from './store.ts';

const errors = defineErrors({
  SESSION_NOT_FOUND: [404, 'You have no such session.'],
});

const SessionId = Type.Object({ id: Type.String({ format: 'uuid' }) });
const SessionList = Type.Object({
  sessions: Type.Array(
    Type.Object({
      id: Type.String({ format: 'uuid' }),
      started_at: Timestamp,
      last_used_at: Timestamp,
      expires_at: Timestamp,
      current: Type.Boolean({
        description: 'Of the access token that asks. Tokens of the legacy system do not say.',
      }),
    }),
  ),
});

/**
 * Where somebody is logged in, and how they log out elsewhere. An access token that is out already stays good until it expires;
 * nothing renews it.
 */
export function sessionRoutes(app: ServiceApp, pool: pg.Pool, sessions: Sessions): void {
  app.get('/auth/sessions', { config, schema: { response: { 200: SessionList } } }, async (request) => {
    const { id } = await identify(pool, request);
    const current = principalOf(request).session;
    const good = await store.listSessions(pool, id);
    return { sessions: good.map((session) => ({ ...session, current: session.id === current })) };
  });

  app.delete(
    '/auth/sessions/:id',
    { config, schema: { params: SessionId, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const { id } = await identify(pool, request);
      if (!(await store.hasFamily(pool, id, request.params.id))) throw errors('SESSION_NOT_FOUND');
      await withTransaction(pool, async (tx) => await sessions.end(tx, request.params.id, 'ended_by_owner'));
      return await reply.code(204).send(null);
    },
  );

  app.delete(
    '/auth/sessions',
    {
      config,
      schema: {
        description: 'Ends all sessions but the one that asks; with a token of the legacy system, all.',
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { id } = await identify(pool, request);
      const kept = principalOf(request).session ?? null;
      await withTransaction(
        pool,
        async (tx) => await sessions.endOthers(tx, { accountId: id, kept, reason: 'ended_by_owner' }),
      );
      return await reply.code(204).send(null);
    },
  );
}

const config = { allow: [signedIn], errors: [401, 404] };
