import { type Static, Type } from 'typebox';
import type { Channel, Outcome } from './channel.ts';
import { type Answered, post } from './http.ts';

export type PushOptions = {
  /** VAPID (RFC 8292): the pair of keys, and whom a push service may ask (`mailto:` or an address). */
  publicKey: string;
  privateKey: string;
  subject: string;
  timeoutMs?: number;
};

/** As a browser gives it. */
export const Subscription = Type.Object({
  endpoint: Type.String({ format: 'uri', maxLength: 1_000 }),
  keys: Type.Object({
    p256dh: Type.String({ pattern: '^[A-Za-z0-9_-]{86,88}=*$' }),
    auth: Type.String({ pattern: '^[A-Za-z0-9_-]{22,24}=*$' }),
  }),
});
export type Subscription = Static<typeof Subscription>;

/** How long a push service keeps it for a browser that is not there. */
const KEPT_SECONDS = 24 * 3_600;

/**
 * Web push (RFC 8030), encrypted for the browser alone (RFC 8291). Two of the same message have one topic, so that the push service keeps the
 * newer one, and one tag, so that the browser shows one.
 */
export function createPush({ publicKey, privateKey, subject, timeoutMs = 20_000 }: PushOptions): Channel {
  const vapidDetails = { subject, publicKey, privateKey };
  return {
    name: 'push',
    async send({ to, deliveryId, subject: title, short, link }, handOver) {
      const { default: webPush } = await import('web-push');
      const subscription = JSON.parse(to) as Subscription;
      const payload = JSON.stringify({ title, body: short, link, tag: deliveryId });
      const { endpoint, headers, body } = webPush.generateRequestDetails(subscription, payload, {
        vapidDetails,
        TTL: KEPT_SECONDS,
        topic: deliveryId.replaceAll('-', ''),
        contentEncoding: 'aes128gcm',
      });
      const { 'Content-Length': _length, ...given } = headers as Record<string, string>;
      const texts = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]));
      const content = { headers: texts, body: new Uint8Array(body!) };
      const answered = await post(endpoint, content, { handOver, timeoutMs });
      return 'is' in answered ? answered : outcomeOf(answered);
    },
    close: async () => {},
  };
}

function outcomeOf({ status, retryAfterMs }: Answered): Outcome {
  if (status < 300) return { is: 'sent', providerId: null };
  const reason = String(status);
  if (status === 404 || status === 410)
    return { is: 'refused', reason: 'SUBSCRIPTION_GONE', addressIsBad: true };
  if (status === 429 || status === 503)
    return { is: 'unsent', reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  if (status >= 500) return { is: 'unknown', reason };
  // Of our keys: nothing is wrong with this message, somebody has to mend the configuration.
  if (status === 401 || status === 403) return { is: 'unsent', reason };
  return { is: 'refused', reason: 'REFUSED', addressIsBad: false };
}
