import { createHash, createPrivateKey } from 'node:crypto';

/**
 * By what a service proves to the others who it is, and they to it: SERVICE_KEY and SERVICE_KEYS of one run, made of its secret, so that
 * processes that are started one by one know each other. In production each service has a key of its own (`createServiceKey`).
 */
export function serviceKeysOf(
  service: string,
  all: readonly string[],
  secret: string,
): { SERVICE_KEY: string; SERVICE_KEYS: string } {
  const keys = all.map((name) => publicPart(keyOf(name, secret)));
  return { SERVICE_KEY: JSON.stringify(keyOf(service, secret)), SERVICE_KEYS: JSON.stringify({ keys }) };
}

/** With what a service of one run encrypts what it keeps: its ENCRYPTION_KEYS, made of the run's secret. In production it is a random one. */
export function encryptionKeyOf(service: string, secret: string): string {
  return createHash('sha256').update(`encryption ${service} ${secret}`).digest('base64url');
}

type Key = ReturnType<typeof keyOf>;

function keyOf(service: string, secret: string) {
  const seed = createHash('sha256').update(`service key ${service} ${secret}`).digest();
  const key = createPrivateKey({ key: Buffer.concat([ED25519, seed]), format: 'der', type: 'pkcs8' });
  return { ...key.export({ format: 'jwk' }), kid: service, alg: 'EdDSA' };
}

function publicPart({ d: _secret, ...key }: Key) {
  return key;
}

/** What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410). */
const ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
