import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * The token with which a service may read the flags and its own configuration, and nothing else. Derived from the control
 * plane's token, so nothing is stored; a new token of the control plane makes new ones for all.
 */
export function serviceToken(controlToken: string, service: string): string {
  return `${service}.${signatureOf(controlToken, service).toString('base64url')}`;
}

/** The service whose token this is; undefined if it is none. */
export function serviceOfToken(controlToken: string, token: string): string | undefined {
  const [, service, signature] = /^([a-z][a-z0-9-]{0,62})\.([\w-]{43})$/.exec(token) ?? [];
  if (service === undefined || signature === undefined) return undefined;
  const given = Buffer.from(signature, 'base64url');
  const wanted = signatureOf(controlToken, service);
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? service : undefined;
}

function signatureOf(controlToken: string, service: string): Buffer {
  return createHmac('sha256', controlToken).update(`banyan service ${service}`).digest();
}
