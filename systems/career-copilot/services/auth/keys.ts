import type { ServicePart } from '@banyan/service';
import type { JSONWebKeySet, JWK, JWTVerifyGetKey } from 'jose';
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  importJWK,
  SignJWT,
} from 'jose';
import type pg from 'pg';
import { AUTH_ISSUER } from '../../kit/tokens.ts';
import { type SigningKey, signingKeys } from './store.ts';

export type TokenSigner = {
  /** A signed access token, good for so many seconds. */
  sign(account: { id: number; role: string }, seconds: number): Promise<string>;
  /** The public keys, for /.well-known/jwks.json. */
  jwks: JSONWebKeySet;
  verificationKeys: JWTVerifyGetKey;
};

/** Gives routes the signer. */
export const signer: ServicePart<TokenSigner> = {
  start: async ({ pool }) => ({ provided: await openKeys(pool), close: async () => {} }),
};

/** The service's own signing keys, from its database. */
async function openKeys(pool: pg.Pool): Promise<TokenSigner> {
  const keys = await signingKeys(pool, createKey);
  const [newest] = keys;
  const privateKey = await importJWK(newest!.privateJwk as JWK, ALGORITHM);
  const jwks = { keys: keys.map(({ publicJwk }) => publicJwk as JWK) };
  const header = { alg: ALGORITHM, typ: 'JWT', kid: newest!.kid };
  return {
    sign: async ({ id, role }, seconds) =>
      await new SignJWT({ role })
        .setProtectedHeader(header)
        .setIssuer(AUTH_ISSUER)
        .setSubject(String(id))
        .setIssuedAt()
        .setExpirationTime(`${seconds}s`)
        .sign(privateKey),
    jwks,
    verificationKeys: createLocalJWKSet(jwks),
  };
}

export const ALGORITHM = 'ES256';

async function createKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  return {
    kid,
    privateJwk: { ...(await exportJWK(privateKey)) },
    publicJwk: { ...publicJwk, kid, alg: ALGORITHM, use: 'sig' },
  };
}
