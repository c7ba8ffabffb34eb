import { withTransaction } from '@banyan/postgres';
import { defineErrors, type ServiceApp } from '@banyan/service';
import { Type } from 'typebox';
import type { RoutesHost } from '../routes-host.ts';
import { addSubscription, removeSubscription } from './store.ts';

const errors = defineErrors({
  CHANNEL_OFF: [409, 'Nothing is sent this way here.'],
  DEVICE_NOT_FOUND: [404, 'You have no such device.'],
});

const Device = Type.Object({
  token: Type.String({
    pattern: '^[A-Za-z0-9_:-]{20,1000}$',
    description: 'As Firebase Cloud Messaging gives it to the app.',
  }),
});
const DeviceId = Type.Object({ id: Type.String({ format: 'uuid' }) });

/** Apps on telephones to which push goes, by Firebase Cloud Messaging. */
export function deviceRoutes(app: ServiceApp, { pool, access, telling, own }: RoutesHost): void {
  app.post(
    `${own}/devices`,
    { ...access.signedIn(409), schema: { body: Device, response: { 201: DeviceId } } },
    async (request, reply) => {
      if (!telling.hasDevices) throw errors('CHANNEL_OFF');
      const device = { endpoint: request.body.token, keys: null };
      const id = await withTransaction(pool, (tx) => addSubscription(tx, access.callerOf(request), device));
      return await reply.code(201).send({ id });
    },
  );

  app.delete(
    `${own}/devices/:id`,
    { ...access.signedIn(404), schema: { params: DeviceId, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const isGone = await removeSubscription(pool, access.callerOf(request), request.params.id);
      if (!isGone) throw errors('DEVICE_NOT_FOUND');
      return await reply.code(204).send(null);
    },
  );
}
