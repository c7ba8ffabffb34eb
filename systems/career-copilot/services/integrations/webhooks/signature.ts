/** Signatures of Standard Webhooks (standardwebhooks.com), symmetric ones: `v1`. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const PREFIX = 'whsec_';
const SECRET_BYTES = 32;

/** How far a message's time may be from ours, ms: so long it can be replayed, to whoever forgets ids. */
export const TOLERANCE_MS = 300_000;

export type SignedHeaders = {
  'webhook-id': string;
  'webhook-timestamp': string;
  'webhook-signature': string;
};

export function newSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64');
}

/** The headers of one attempt: a signature by each secret, so that a receiver may know the old one or the new one. */
export function signed(
  secrets: readonly string[],
  { id, at, body }: { id: string; at: Date; body: string },
): SignedHeaders {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const content = Buffer.from(`${id}.${timestamp}.${body}`);
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((secret) => `v1,${mac(secret, content).toString('base64')}`).join(' '),
  };
}

/** Why a message is not believed. */
export type Distrust = 'MISSING' | 'TOO_OLD' | 'TOO_NEW' | 'BAD_SIGNATURE';

/** Undefined: one of the secrets has signed it, within the tolerance. In constant time for a given number of signatures. */
export function distrustOf(
  secrets: readonly string[],
  headers: Partial<SignedHeaders>,
  body: Buffer,
  now: Date,
): Distrust | undefined {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (!id || !signatures || !/^\d{1,12}$/.test(timestamp ?? '')) return 'MISSING';
  const age = now.getTime() - Number(timestamp) * 1_000;
  if (age > TOLERANCE_MS) return 'TOO_OLD';
  if (age < -TOLERANCE_MS) return 'TOO_NEW';
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  const given = signatures
    .split(' ', MOST_SIGNATURES)
    .flatMap((one) => (one.startsWith('v1,') ? [Buffer.from(one.slice(3), 'base64')] : []));
  const expected = secrets.map((secret) => mac(secret, content));
  return expected.some((mine) => given.some((theirs) => isSame(mine, theirs))) ? undefined : 'BAD_SIGNATURE';
}

/** What a stranger lists beyond is not looked at. */
const MOST_SIGNATURES = 8;

/** Whether two codes are the same, without telling by the time how far they are. */
export function isSame(mine: Buffer, theirs: Buffer): boolean {
  return mine.length === theirs.length && timingSafeEqual(mine, theirs);
}

function mac(secret: string, content: Buffer): Buffer {
  const key = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  return createHmac('sha256', Buffer.from(key, 'base64')).update(content).digest();
}
