import { createHash, randomInt, randomUUID } from 'node:crypto';
import { Nullable } from '@banyan/monolith/api';
import { withTransaction } from '@banyan/postgres';
import { defineErrors, type ServiceApp, withinLimit } from '@banyan/service';
import { Type } from 'typebox';
import { CHANNELS, Channel } from '../api/index.ts';
import { Subscription } from '../channels/push.ts';
import { enqueue } from '../delivery/queue.ts';
import type { RoutesHost } from '../routes-host.ts';
import { isPushService } from './push-services.ts';
import * as store from './store.ts';

const errors = defineErrors({
  CHANNEL_OFF: [409, 'Nothing is sent this way here.'],
  NO_PUSH_SERVICE: [422, 'The endpoint is not one of a push service that is known here.'],
  SUBSCRIPTION_NOT_FOUND: [404, 'You have no such subscription.'],
  TOO_MANY_CODES: [429, 'Too many codes were asked for. Try again tomorrow.'],
  WRONG_CODE: [422, 'The code is not the one that was sent last, or is not good any more.'],
});

const Channels = Type.Object({
  channels: Type.Array(Channel, { description: 'By which people are told here; the others are not set up.' }),
});
const PushKey = Type.Object({
  public_key: Nullable<string>(
    Type.String({ description: 'For `applicationServerKey`; null: there is no push.' }),
  ),
});
const SubscriptionId = Type.Object({ id: Type.String({ format: 'uuid' }) });
const Phone = Type.Object({ number: Nullable<string>(Type.String()), confirmed: Type.Boolean() });
const NewPhone = Type.Object({
  number: Type.String({ pattern: '^\\+[1-9]\\d{6,14}$', description: 'E.164' }),
});
const Code = Type.Object({ code: Type.String({ pattern: '^\\d{6}$' }) });

/** Where somebody is reached besides their e-mail address: browsers, and a telephone number that they have shown to be theirs. */
export function wayRoutes(app: ServiceApp, { pool, access, telling, own, limits }: RoutesHost): void {
  app.get(`${own}/channels`, { ...access.signedIn(), schema: { response: { 200: Channels } } }, async () => ({
    channels: CHANNELS.filter((channel) => channel === 'in_app' || telling.channels.has(channel)),
  }));

  app.get(`${own}/push-key`, { ...access.signedIn(), schema: { response: { 200: PushKey } } }, async () => ({
    public_key: telling.pushKey ?? null,
  }));

  app.post(
    `${own}/push-subscriptions`,
    { ...access.signedIn(409, 422), schema: { body: Subscription, response: { 201: SubscriptionId } } },
    async (request, reply) => {
      if (telling.pushKey === undefined) throw errors('CHANNEL_OFF');
      const { endpoint, keys } = request.body;
      if (!isPushService(endpoint, telling.pushOrigins)) throw errors('NO_PUSH_SERVICE');
      const id = await withTransaction(pool, (tx) =>
        store.addSubscription(tx, access.callerOf(request), { endpoint, keys }),
      );
      return await reply.code(201).send({ id });
    },
  );

  app.delete(
    `${own}/push-subscriptions/:id`,
    { ...access.signedIn(404), schema: { params: SubscriptionId, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const isGone = await store.removeSubscription(pool, access.callerOf(request), request.params.id);
      if (!isGone) throw errors('SUBSCRIPTION_NOT_FOUND');
      return await reply.code(204).send(null);
    },
  );

  app.get(`${own}/phone`, { ...access.signedIn(), schema: { response: { 200: Phone } } }, async (request) =>
    shown(await store.findPhone(pool, access.callerOf(request))),
  );

  app.put(
    `${own}/phone`,
    {
      ...access.signedIn(409, 429),
      schema: {
        description: 'A code is sent there, which confirms it.',
        body: NewPhone,
        response: { 200: Phone },
      },
    },
    async (request) => {
      if (!telling.channels.has('sms')) throw errors('CHANNEL_OFF');
      const userId = access.callerOf(request);
      const { number } = request.body;
      // By its hash: what counts need not know whose it is.
      const ofNumber = `phone:${createHash('sha256').update(number).digest('hex')}`;
      if (!(await withinLimit(limits, ofNumber, CODES))) throw errors('TOO_MANY_CODES');
      const code = String(randomInt(1_000_000)).padStart(6, '0');
      const id = randomUUID();
      const content = await telling.contents.seal(id, { code });
      await withTransaction(pool, async (tx) => {
        if (!(await store.setPhone(tx, userId, { number, code }))) throw errors('TOO_MANY_CODES');
        const of = {
          id,
          fact: `phone:${id}`,
          userId,
          channel: 'sms',
          target: number,
          kind: 'confirm_phone',
        } as const;
        const expiresAt = new Date(Date.now() + CODE_MS);
        await enqueue(tx, { ...of, content, state: 'queued', expiresAt });
      });
      return { number, confirmed: false };
    },
  );

  app.post(
    `${own}/phone/confirm`,
    { ...access.signedIn(422), schema: { body: Code, response: { 200: Phone } } },
    async (request) => {
      const userId = access.callerOf(request);
      const isGood = await withTransaction(pool, (tx) => store.confirmPhone(tx, userId, request.body.code));
      if (!isGood) throw errors('WRONG_CODE');
      return shown(await store.findPhone(pool, userId));
    },
  );

  app.delete(
    `${own}/phone`,
    { ...access.signedIn(), schema: { response: { 204: Type.Null() } } },
    async (request, reply) => {
      await store.removePhone(pool, access.callerOf(request));
      return await reply.code(204).send(null);
    },
  );
}

/** That one number is sent, whoever asks: accounts cost nothing, and an SMS costs money and somebody's sleep. */
const CODES = { max: 5, windowMs: 86_400_000 };
/** As long as the code is good. */
const CODE_MS = 10 * 60_000;

function shown(phone: store.Phone | undefined): { number: string | null; confirmed: boolean } {
  return { number: phone?.number || null, confirmed: phone?.confirmed ?? false };
}
