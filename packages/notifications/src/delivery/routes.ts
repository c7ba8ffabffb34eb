import { defineErrors, keyset, Page, PageQuery, type ServiceApp } from '@banyan/service';
import { Type } from 'typebox';
import { Channel, Delivery, UNDELIVERED_STATES, undeliveredOf } from '../api/index.ts';
import type { RoutesHost } from '../routes-host.ts';
import type { UserId } from '../system.ts';

type Undelivered = Delivery & { user_id: UserId };

const errors = defineErrors({ DELIVERY_NOT_FOUND: [404, 'You have no such delivery.'] });

const newest = keyset([
  { column: 'created_at', type: 'timestamptz', descending: true },
  { column: 'id', type: 'uuid' },
]);

const OF_USER = `SELECT id, kind, channel, state, reason, created_at, updated_at FROM deliveries WHERE user_id = $1`;

/** The states are written out, so that an index has them. */
const UNDELIVERED = `SELECT id, user_id, kind, channel, state, reason, created_at, updated_at FROM deliveries
  WHERE state IN ('failed', 'bounced') AND ($1::text IS NULL OR state = $1)
    AND ($2::text IS NULL OR channel = $2) AND ($3::text IS NULL OR kind = $3)`;

/** What became of what somebody was to be told, whether it arrived or not. */
export function deliveryRoutes(app: ServiceApp, { pool, system, access, own }: RoutesHost): void {
  const { kinds, people } = system;
  const UndeliveredQuery = Type.Object({
    ...PageQuery.properties,
    state: Type.Optional(
      Type.Unsafe<(typeof UNDELIVERED_STATES)[number]>({ type: 'string', enum: [...UNDELIVERED_STATES] }),
    ),
    channel: Type.Optional(Channel),
    kind: Type.Optional(Type.Unsafe<string>({ type: 'string', enum: Object.keys(kinds) })),
  });

  app.get(
    `${own}/deliveries`,
    { ...access.signedIn(), schema: { querystring: PageQuery, response: { 200: Page(Delivery) } } },
    async (request) =>
      await newest.page<Delivery>(pool, { text: OF_USER, values: [access.callerOf(request)] }, request.query),
  );

  app.get(
    `${own}/deliveries/:id`,
    {
      ...access.signedIn(404),
      schema: {
        params: Type.Object({ id: Type.String({ format: 'uuid' }) }),
        response: { 200: Delivery },
      },
    },
    async (request) => {
      const { rows } = await pool.query<Delivery>(`${OF_USER} AND id = $2`, [
        access.callerOf(request),
        request.params.id,
      ]);
      if (!rows[0]) throw errors('DELIVERY_NOT_FOUND');
      return rows[0];
    },
  );

  app.get(
    `${own}/deliveries/undelivered`,
    {
      ...access.admin(),
      schema: { querystring: UndeliveredQuery, response: { 200: Page(undeliveredOf(people.id)) } },
    },
    async ({ query: { state = null, channel = null, kind = null, ...page } }) =>
      await newest.page<Undelivered>(pool, { text: UNDELIVERED, values: [state, channel, kind] }, page),
  );
}
