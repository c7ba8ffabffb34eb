import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Report } from './conclude.ts';

/** Whether Twilio has signed a form that it sends to this address: HMAC-SHA1 of the address and all fields in the order of their names. */
export function isOfTwilio(
  authToken: string,
  { url, fields, signature }: { url: string; fields: Record<string, string>; signature: string | undefined },
): boolean {
  const text = Object.keys(fields)
    .sort()
    .reduce((before, name) => before + name + fields[name], url);
  const good = createHmac('sha1', authToken).update(text).digest();
  const given = Buffer.from(signature ?? '', 'base64');
  return given.length === good.length && timingSafeEqual(given, good);
}

/** Undefined: on its way still. */
export function reportOf(deliveryId: string, fields: Record<string, string>): Report | undefined {
  const { MessageStatus: status, ErrorCode: code } = fields;
  const one = { deliveryId, channel: 'sms' } as const;
  if (status === 'delivered') return { ...one, state: 'delivered', reason: null };
  if (status === 'undelivered')
    return { ...one, state: 'bounced', reason: `UNDELIVERED ${code ?? ''}`.trim() };
  if (status === 'failed') return { ...one, state: 'failed', reason: `FAILED ${code ?? ''}`.trim() };
  return undefined;
}
