import { isServiceSide } from '@banyan/cohort';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Issuer, RouteTable } from '../control/route-table.ts';
import { sendJson, startBackend, startTestGateway, tableOf } from './gateway.ts';

export const SECRET = 'monolith-secret-of-32-characters!';
export const MONOLITH: Issuer = { name: 'monolith', issuer: '', algorithm: 'HS256', secret: SECRET };
export const now = () => Math.floor(Date.now() / 1000);

/** An issuer with a server of its keys. */
export async function jwksIssuer(t: Parameters<typeof startBackend>[0]) {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const backend = await startBackend(t, 'jwks');
  const jwk = { ...(await exportJWK(publicKey)), kid: '1', alg: 'RS256' };
  backend.answer = (_req, res) => sendJson(res, 200, { keys: [jwk] });
  const issuer: Issuer = {
    name: 'auth',
    issuer: 'https://auth',
    algorithm: 'JWKS',
    jwksUrl: `${backend.url}/jwks`,
  };
  const sign = (sub: string, expiresIn = 60, more = {}) =>
    new SignJWT({ sub, ...more })
      .setProtectedHeader({ alg: 'RS256', kid: '1' })
      .setIssuer('https://auth')
      .setExpirationTime(now() + expiresIn)
      .sign(privateKey);
  return { backend, issuer, sign, publicKey };
}

/** A key that is on this side at this share, with the salt of `tableOf`. */
export function subjectOn(side: 'monolith' | 'service', share: number): string {
  for (let id = 1; ; id++) {
    if ((isServiceSide(share, 'users', String(id)) ? 'service' : 'monolith') === side) return String(id);
  }
}

/** A gateway with `/me`, keyed by the token, for the issuers of the monolith and of a service. */
export async function jwtWorld(t: Parameters<typeof startBackend>[0], more: Partial<RouteTable> = {}) {
  const [monolith, service] = [await startBackend(t, 'monolith'), await startBackend(t, 'service')];
  const auth = await jwksIssuer(t);
  const table = tableOf(
    { monolith: monolith.url, service: service.url },
    5_000,
    [{ method: '*', path: '/me', key: { from: 'token', claim: 'sub' }, auth: 'required' }],
    { issuers: [MONOLITH, auth.issuer], ...more },
  );
  table.monolith.signAs = 'monolith';
  const { gateway } = await startTestGateway(t, table);
  const call = async (token: string | null, method = 'GET', headers: Record<string, string> = {}) => {
    const authorization = token === null ? undefined : { authorization: `Bearer ${token}` };
    const response = await fetch(`${gateway.url}/me`, { method, headers: { ...authorization, ...headers } });
    return { status: response.status, body: (await response.json()) as { from?: string; code?: string } };
  };
  return { monolith, service, auth, call, gateway };
}
