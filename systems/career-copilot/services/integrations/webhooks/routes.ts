import { withTransaction } from '@banyan/postgres';
import {
  type Encryption,
  ifMatch,
  type MayConnect,
  Page,
  PageQuery,
  preconditionFailed,
  type ServiceApp,
  tag,
  urlProblem,
} from '@banyan/service';
import type pg from 'pg';
import { Type } from 'typebox';
import { Id } from '../../../api/common.ts';
import {
  Endpoint,
  EndpointChange,
  EndpointWithSecret,
  NewEndpoint,
  Rotated,
  Rotation,
  WEBHOOK_TYPES,
} from '../../../api/integrations.ts';
import { callerOf } from '../../../kit/active-user.ts';
import type { OfUser } from '../of-user.ts';
import { deliveryRoutes } from './delivery-routes.ts';
import * as endpoints from './endpoints.ts';
import { errors, found } from './errors.ts';
import { newSecret } from './signature.ts';

const HOOKS = '/webhooks';

export type WebhookRoutes = {
  pool: pg.Pool;
  encryption: Encryption;
  networks: MayConnect;
  ofUser: OfUser;
};

/** Webhooks of the caller: made, changed, looked at, and sent again. */
export function webhookRoutes(app: ServiceApp, { pool, encryption, networks, ofUser }: WebhookRoutes): void {
  const demandUrl = (url: string | undefined) => {
    const problem = url === undefined ? undefined : urlProblem(url, networks);
    if (problem) throw errors('BAD_URL', { fields: { problem } });
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

  deliveryRoutes(app, { pool, ofUser });
}
