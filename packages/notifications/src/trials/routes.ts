import { withTransaction } from '@banyan/postgres';
import { defineErrors, type Limit, type ServiceApp, withinLimit } from '@banyan/service';
import { Type } from 'typebox';
import type { Person } from '../people/store.ts';
import type { RoutesHost } from '../routes-host.ts';
import type { UserId } from '../system.ts';
import { ofTemplate, Preview, shown, wordsNow } from '../templates/routes.ts';
import { enqueueTrial, type Trial } from './trial.ts';

const errors = defineErrors({
  CHANNEL_OFF: [409, 'Nothing is sent this way here.'],
  NO_ADDRESS: [409, 'You are not reached this way yet.'],
  TOO_MANY_TRIALS: [429, 'You have sent yourself as many tests as one may for now. Try again later.'],
});

/** Ways on which something leaves. */
const TRIED = ['email', 'sms', 'push'] as const;
type Tried = (typeof TRIED)[number];
const OfChannel = Type.Object({ channel: Type.Unsafe<Tried>({ type: 'string', enum: [...TRIED] }) });
const Sent = Type.Object({
  delivery_ids: Type.Array(Type.String({ format: 'uuid' }), {
    description: 'One; of push one for each browser. `deliveries/<id>` says what comes of it.',
  }),
});

/** Of one person: an SMS costs money. */
const LIMITS: Record<Tried, Limit> = {
  email: { max: 10, windowMs: 3_600_000 },
  sms: { max: 5, windowMs: 86_400_000 },
  push: { max: 10, windowMs: 3_600_000 },
};

/** Messages that somebody sends to themselves, and to nobody else: by a channel, and for administrators in the words of a template. */
export function trialRoutes(
  app: ServiceApp,
  { pool, system, access, telling, own, limits }: RoutesHost,
): void {
  app.post(
    `${own}/channels/:channel/test`,
    { ...access.signedIn(409, 429), schema: { params: OfChannel, response: { 202: Sent } } },
    async (request, reply) =>
      await reply.code(202).send(
        await send(access.callerOf(request), request.params.channel, {
          kind: 'trial',
          locale: null,
          parameters: { channel: request.params.channel },
        }),
      ),
  );

  app.post(
    `${own}/templates/:kind/:locale/test`,
    {
      ...access.admin(409, 422, 429),
      schema: {
        description: 'By e-mail, as a preview would be.',
        params: ofTemplate(system),
        body: Preview,
        response: { 202: Sent },
      },
    },
    async (request, reply) => {
      const { kind, locale } = request.params;
      const { words = await wordsNow(pool, system, kind, locale), time_zone: zone } = request.body;
      const parameters = request.body.parameters ?? (system.kinds[kind]!.sample as Trial['parameters']);
      // What cannot be filled is told at once, and not sent.
      await shown(system, kind, words, { locale, zone, parameters });
      return await reply
        .code(202)
        .send(await send(access.callerOf(request), 'email', { kind, locale, parameters, words }));
    },
  );

  async function send(
    userId: UserId,
    channel: Tried,
    what: Pick<Trial, 'kind' | 'locale' | 'parameters' | 'words'>,
  ) {
    if (!telling.channels.has(channel)) throw errors('CHANNEL_OFF');
    const targets = targetsOf(channel, await telling.people.find(pool, userId));
    if (targets.length === 0) throw errors('NO_ADDRESS');
    if (!(await withinLimit(limits, `trial:${channel}:${userId}`, LIMITS[channel])))
      throw errors('TOO_MANY_TRIALS');
    return await withTransaction(pool, async (tx) => {
      const delivery_ids: string[] = [];
      for (const target of targets)
        delivery_ids.push(await enqueueTrial(tx, telling.contents, { ...what, userId, channel, target }));
      return { delivery_ids };
    });
  }
}

/** Empty: to the address that they have when it is sent. */
function targetsOf(channel: Tried, { email, phone, browsers }: Person): string[] {
  if (channel === 'push') return browsers;
  return (channel === 'email' ? email : phone) === null ? [] : [''];
}
