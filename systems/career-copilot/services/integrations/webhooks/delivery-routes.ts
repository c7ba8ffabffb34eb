import { withTransaction } from '@banyan/postgres';
import { Page, type ServiceApp } from '@banyan/service';
import type pg from 'pg';
import { Type } from 'typebox';
import { Id } from '../../../api/common.ts';
import {
  Delivery,
  DeliveryQuery,
  DeliveryWithAttempts,
  type Endpoint,
  OfDelivery,
  Replay,
  Replayed,
  TEST_TYPE,
} from '../../../api/integrations.ts';
import { callerOf } from '../../../kit/active-user.ts';
import type { OfUser } from '../of-user.ts';
import { findDelivery, listDeliveries } from './deliveries.ts';
import * as endpoints from './endpoints.ts';
import { errors, found } from './errors.ts';
import { messageOf } from './feed.ts';
import { enqueueFor, replay } from './queue.ts';

const HOOK = '/webhooks/:id';

/** What is sent to webhooks of the caller: a test, how it went, and again. */
export function deliveryRoutes(app: ServiceApp, { pool, ofUser }: { pool: pg.Pool; ofUser: OfUser }): void {
  app.post(
    `${HOOK}/test`,
    {
      ...ofUser(404, 409),
      schema: { params: Id, response: { 202: Type.Object({ message_id: Type.String() }) } },
    },
    async (request, reply) => {
      const userId = callerOf(request);
      const { id } = request.params;
      const of = { id: crypto.randomUUID(), userId, at: new Date().toISOString() };
      const message = messageOf(TEST_TYPE, of, { hello: 'world' });
      await withTransaction(pool, async (tx) => {
        demandEnabled(found(await endpoints.findEndpoint(tx, userId, id)));
        await enqueueFor(tx, id, message);
      });
      return await reply.code(202).send({ message_id: message.id });
    },
  );

  app.get(
    `${HOOK}/deliveries`,
    {
      ...ofUser(404),
      schema: { params: Id, querystring: DeliveryQuery, response: { 200: Page(Delivery) } },
    },
    async (request) => {
      const { id } = found(await endpoints.findEndpoint(pool, callerOf(request), request.params.id));
      return await listDeliveries(pool, id, request.query);
    },
  );

  app.get(
    `${HOOK}/deliveries/:delivery`,
    { ...ofUser(404), schema: { params: OfDelivery, response: { 200: DeliveryWithAttempts } } },
    async (request) => {
      const { id } = found(await endpoints.findEndpoint(pool, callerOf(request), request.params.id));
      const delivery = await findDelivery(pool, id, request.params.delivery);
      if (!delivery) throw errors('DELIVERY_NOT_FOUND');
      return delivery;
    },
  );

  const sendAgain = async (userId: number, id: number, what: Parameters<typeof replay>[2]) =>
    await withTransaction(pool, async (tx) => {
      demandEnabled(found(await endpoints.findEndpoint(tx, userId, id)));
      return await replay(tx, id, what);
    });

  app.post(
    `${HOOK}/deliveries/:delivery/replay`,
    { ...ofUser(404, 409), schema: { params: OfDelivery, response: { 202: Replayed } } },
    async (request, reply) => {
      const { id, delivery } = request.params;
      const replayed = await sendAgain(callerOf(request), id, { onlyId: delivery });
      if (replayed === 0) throw errors('DELIVERY_NOT_FOUND');
      return await reply.code(202).send({ replayed });
    },
  );

  app.post(
    `${HOOK}/replay`,
    { ...ofUser(404, 409), schema: { params: Id, body: Replay, response: { 202: Replayed } } },
    async (request, reply) => {
      const { from, to, all = false } = request.body;
      const replayed = await sendAgain(callerOf(request), request.params.id, { from, to, all });
      return await reply.code(202).send({ replayed });
    },
  );
}

function demandEnabled({ disabled }: Endpoint): void {
  if (disabled) throw errors('WEBHOOK_DISABLED', { fields: { disabled } });
}
