import { createHash, timingSafeEqual } from 'node:crypto';
import { withTransaction } from '@banyan/postgres';
import { bearerToken, defineErrors, mediaOf, type ServiceApp } from '@banyan/service';
import { Type } from 'typebox';
import { blockAddress } from '../people/store.ts';
import type { RoutesHost } from '../routes-host.ts';
import { conclude } from './conclude.ts';
import { bounceIn } from './dsn.ts';
import { BOUNCES, TWILIO_REPORTS } from './paths.ts';
import { isOfTwilio, reportOf } from './twilio.ts';

const errors = defineErrors({
  NOT_SIGNED: [403, 'The report is not signed as it must be, or reports are not taken here.'],
});

const Query = Type.Object({ delivery: Type.String({ format: 'uuid' }) });
const FORM = 'application/x-www-form-urlencoded';
const MAIL = 'message/rfc822';
const MOST_BYTES = 262_144;

/** What other sides tell of messages that they had taken: Twilio of SMS, a mail server of mails that came back. */
export async function reportRoutes(
  app: ServiceApp,
  { pool, system, telling, own, says }: RoutesHost,
): Promise<void> {
  const { people, publicUrl, twilioToken, bounceToken } = telling;
  const twilio = `${own}${TWILIO_REPORTS}`;
  app.addContentTypeParser(
    [FORM, MAIL],
    { parseAs: 'string', bodyLimit: MOST_BYTES },
    (_request, body, done) => done(null, body),
  );
  const config = { allow: 'everybody' as const, errors: [400, 403, 413, 415] };
  const response = { 204: Type.Null() };

  app.post(
    twilio,
    { config, schema: { querystring: Query, body: mediaOf(FORM), response } },
    async (request, reply) => {
      const fields = Object.fromEntries(new URLSearchParams(textOf(request.body)));
      const url = `${publicUrl}${system.paths.api}${twilio}?delivery=${request.query.delivery}`;
      const signature = headerOf(request.headers['x-twilio-signature']);
      if (twilioToken === undefined || !isOfTwilio(twilioToken, { url, fields, signature }))
        throw errors('NOT_SIGNED');
      const report = reportOf(request.query.delivery, fields);
      if (report) await withTransaction(pool, (tx) => conclude(tx, { says, people }, report));
      return await reply.code(204).send(null);
    },
  );

  app.post(
    `${own}${BOUNCES}`,
    { config, schema: { body: mediaOf(MAIL), response } },
    async (request, reply) => {
      if (bounceToken === undefined || !isSame(bearerToken(request.headers.authorization), bounceToken))
        throw errors('NOT_SIGNED');
      const bounce = bounceIn(textOf(request.body));
      if (bounce)
        await withTransaction(pool, async (tx) => {
          const { deliveryId, status, addressIsBad } = bounce;
          const reason = `BOUNCED ${status}`;
          const report = { deliveryId, channel: 'email', state: 'bounced', reason } as const;
          const came = await conclude(tx, { says, people }, report);
          // Where we have sent it, not where the report says: whoever has got a mail of ours can write one about anybody.
          const address = came?.address ?? null;
          if (address !== null && addressIsBad) await blockAddress(tx, { channel: 'email', address, reason });
        });
      return await reply.code(204).send(null);
    },
  );
}

const textOf = (body: unknown) => (typeof body === 'string' ? body : '');
const headerOf = (value: string | string[] | undefined) => (typeof value === 'string' ? value : undefined);

/** In the same time whatever is given. */
function isSame(given: string | undefined, good: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given ?? ''), digest(good));
}
