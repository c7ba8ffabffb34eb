import { withTransaction } from '@banyan/postgres';
import {
  defineErrors,
  type Encryption,
  ifMatch,
  isPublic,
  Page,
  PageQuery,
  preconditionFailed,
  type ServiceApp,
  tag,
} from '@banyan/service';
import type pg from 'pg';
import { Type } from 'typebox';
import { Id } from '../../../api/common.ts';
import {
  Delivery,
  DeliveryQuery,
  DeliveryWithAttempts,
  Endpoint,
  EndpointChange,
  EndpointWithSecret,
  NewEndpoint,
  OfDelivery,
  Replay,
  Replayed,
  Rotated,
  Rotation,
  TEST_TYPE,
  WEBHOOK_TYPES,
} from '../../../api/integrations.ts';
import { callerOf } from '../../../kit/active-user.ts';
import type { OfUser } from '../of-user.ts';
import { urlProblem } from './decide.ts';
import { findDelivery, listDeliveries } from './deliveries.ts';
import * as endpoints from './endpoints.ts';
import { messageOf } from './feed.ts';
import type { Webhooks } from './part.ts';
import { enqueueFor, replay } from './queue.ts';
import { newSecret } from './signature.ts';

const errors = defineErrors({
  WEBHOOK_NOT_FOUND: [404, 'There is no such webhook.'],
  DELIVERY_NOT_FOUND: [404, 'There is no such delivery.'],
  BAD_URL: [422, 'Nothing can be sent to this address.'],
  TOO_MANY_WEBHOOKS: [409, 'There are as many webhooks as one may have. Remove one first.'],
  WEBHOOK_DISABLED: [409, 'The webhook is disabled. Enable it first.'],
});

const HOOKS = '/webhooks';

export type WebhookRoutes = {
  pool: pg.Pool;
  encryption: Encryption;
  webhooks: Webhooks;
  ofUser: OfUser;
};

/** Webhooks of the caller: made, changed, looked at, and sent again. */
export function webhookRoutes(app: ServiceApp, { pool, encryption, webhooks, ofUser }: WebhookRoutes): void {
  const isInside = (address: string) => !isPublic(address) && webhooks.mayConnect(address);
  const demandUrl = (url: string | undefined) => {
    const problem = url === undefined ? undefined : urlProblem(url, isInside);
    if (problem) throw errors('BAD_URL', { fields: { problem } });
  };
  const found = <T>(one: T | undefined): T => {
    if (one === undefined) throw errors('WEBHOOK_NOT_FOUND');
    return one;
  };
  const secretFor = async (userId: number) => {
    const secret = newSecret();
    return { secret, encrypted: await encryption.encrypt(secret, endpoints.contextOf(userId)) };
  };

  app.get(
    `${HOOKS}/types`,
    { ...ofUser(), schema: { response: { 200: Type.Object({ types: Type.Array(Type.String()) }) } } },
    async () => ({ types: [...WEBHOOK_TYPES] }),
  );

  app.post(
    HOOKS,
    { ...ofUser(409, 422), schema: { body: NewEndpoint, response: { 201: EndpointWithSecret } } },
    async (request, reply) => {
      const userId = callerOf(request);
      demandUrl(request.body.url);
      const { secret, encrypted } = await secretFor(userId);
      const endpoint = await withTransaction(pool, (tx) =>
        endpoints.insertEndpoint(tx, userId, request.body, encrypted),
      );
      if (!endpoint) throw errors('TOO_MANY_WEBHOOKS');
      // What is shown once must not lie in a cache.
      return await reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ ...endpoint, secret });
    },
  );

  app.get(
    HOOKS,
    { ...ofUser(), schema: { querystring: PageQuery, response: { 200: Page(Endpoint) } } },
    (request) => endpoints.listEndpoints(pool, callerOf(request), request.query),
  );

  app.get(
    `${HOOKS}/:id`,
    { ...ofUser(404), schema: { params: Id, response: { 200: Endpoint, 304: Type.Null() } } },
    async (request, reply) => {
      const endpoint = found(await endpoints.findEndpoint(pool, callerOf(request), request.params.id));
      return tag(request, reply, endpoint.version) ? reply.code(304).send(null) : endpoint;
    },
  );

  app.patch(
    `${HOOKS}/:id`,
    {
      ...ofUser(404, 412, 422),
      schema: { params: Id, body: EndpointChange, response: { 200: Endpoint } },
    },
    async (request, reply) => {
      const userId = callerOf(request);
      const { id } = request.params;
      demandUrl(request.body.url);
      found(await endpoints.findEndpoint(pool, userId, id));
      const versions = ifMatch(request, { required: false });
      const changed = await endpoints.changeEndpoint(pool, userId, id, request.body, versions);
      if (!changed) throw preconditionFailed();
      tag(request, reply, changed.version);
      return changed;
    },
  );

  app.delete(
    `${HOOKS}/:id`,
    { ...ofUser(404), schema: { params: Id, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const deleted = await endpoints.deleteEndpoint(pool, callerOf(request), request.params.id);
      found(deleted || undefined);
      return await reply.code(204).send(null);
    },
  );

  app.post(
    `${HOOKS}/:id/secret`,
    { ...ofUser(404), schema: { params: Id, body: Rotation, response: { 201: Rotated } } },
    async (request, reply) => {
      const userId = callerOf(request);
      const { secret, encrypted } = await secretFor(userId);
      const { overlap_hours: overlap } = request.body;
      const until = found(await endpoints.rotateSecret(pool, userId, request.params.id, encrypted, overlap));
      return await reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ secret, previous_until: until });
    },
  );

  app.post(
    `${HOOKS}/:id/test`,
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
    `${HOOKS}/:id/deliveries`,
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
    `${HOOKS}/:id/deliveries/:delivery`,
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
    `${HOOKS}/:id/deliveries/:delivery/replay`,
    { ...ofUser(404, 409), schema: { params: OfDelivery, response: { 202: Replayed } } },
    async (request, reply) => {
      const { id, delivery } = request.params;
      const replayed = await sendAgain(callerOf(request), id, { onlyId: delivery });
      if (replayed === 0) throw errors('DELIVERY_NOT_FOUND');
      return await reply.code(202).send({ replayed });
    },
  );

  app.post(
    `${HOOKS}/:id/replay`,
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
