import { readFile } from 'node:fs/promises';
import { applySchema } from '@banyan/postgres';
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
import { Type } from 'typebox';
import { repeatedWork } from '../../background/repeated-work.ts';
import { createEncryption, type Encryption, EncryptionConfig } from '../../encryption/encryption.ts';
import type { ServiceApp } from '../../http/types.ts';
import type { ServicePart } from '../../parts/part.ts';
import { decideRotation, type RotationPolicy } from './key-rotation.ts';
import * as store from './key-store.ts';

export type TokenSigner = {
  /** A signed access token; with the login of which it came, it says that (`sid`). */
  sign(account: { id: number | string; role: string }, session?: string): Promise<string>;
  /** As `sign`, of a token of a client (RFC 9068) with claims of its own; good for `CLIENT_TOKEN_SECONDS`. */
  signForClient(claims: Record<string, unknown>): Promise<string>;
  /** How long what it signs is good. */
  tokenSeconds: number;
  /** The public keys, for /.well-known/jwks.json. */
  readonly jwks: JSONWebKeySet;
  /** For `auth.issuers` of the service itself: its tokens, by the keys that it has now. */
  readonly trusted: { issuer: string; algorithm: typeof ALGORITHM; keys: JWTVerifyGetKey };
  /** Keeps the private keys; for what else the service keeps secret. */
  encryption: Encryption;
};

const ALGORITHM = 'ES256';

/** Shorter than those of logins: a client's token cannot be taken back before. */
export const CLIENT_TOKEN_SECONDS = 600;

/** How often an instance looks for keys that another has made, ms. */
const LOOK_MS = 60_000;
/** Clients keep the public keys for a minute; an hour bears much slower ones. */
const SHOWN_BEFORE_MS = 3_600_000;
const DAY_MS = 86_400_000;

const KeyConfig = Type.Object({
  ...EncryptionConfig.properties,
  /** How long a key signs before the next takes its place. */
  SIGNING_KEY_DAYS: Type.Number({ minimum: 1, default: 30 }),
  ACCESS_TOKEN_SECONDS: Type.Integer({ minimum: 1, default: 1800 }),
});

/**
 * A part of a service that gives out access tokens of its own (ES256), in the name of `issuer`: its keys are the database's (`signing_keys`),
 * encrypted there (ENCRYPTION_KEYS), and changed by themselves while it is used.
 *
 * @example
 * use: { signer: tokenSigner('shop-auth') },
 * auth: { issuers: ({ signer }) => [signer.trusted] },
 */
export const tokenSigner = (issuer: string): ServicePart<TokenSigner, typeof KeyConfig> => ({
  config: KeyConfig,
  start: async (host) => {
    const { pool, config } = host;
    const sql = await readFile(new URL('signing-keys.sql', import.meta.url), 'utf8');
    await applySchema(pool, { name: 'signing-keys', sql });
    const keys = createKeys(pool, createEncryption(config.ENCRYPTION_KEYS), {
      issuer,
      signsMs: config.SIGNING_KEY_DAYS * DAY_MS,
      shownBeforeMs: SHOWN_BEFORE_MS,
      tokenSeconds: config.ACCESS_TOKEN_SECONDS,
    });
    await keys.look();
    // While they cannot be looked at, the last known stay.
    const work = repeatedWork(host, { 'look at signing keys': { everyMs: LOOK_MS, run: keys.look } });
    return { provided: keys, ...work };
  },
});

/** Answers whoever asks at `path`, which needs no token, with the public keys. */
export function publicKeysAt(app: ServiceApp, path: string, signer: TokenSigner): void {
  app.get(path, { config: { allow: 'everybody' }, schema: { hide: true } }, async (_request, reply) => {
    return await reply.header('cache-control', 'public, max-age=60').send(signer.jwks);
  });
}

/** The service's own signing keys. `look` has to be called once before anything is signed, and now and then from then on. */
export function createKeys(
  pool: pg.Pool,
  encryption: Encryption,
  {
    issuer,
    tokenSeconds,
    ...times
  }: Omit<RotationPolicy, 'shownAfterMs'> & { issuer: string; tokenSeconds: number },
): TokenSigner & { look(): Promise<void> } {
  // Whoever looked last may sign with a key for so long after its time.
  const longest = Math.max(tokenSeconds, CLIENT_TOKEN_SECONDS);
  const policy = { ...times, shownAfterMs: longest * 1_000 + LOOK_MS };
  let signing: { kid: string; key: Awaited<ReturnType<typeof importJWK>> };
  let jwks: JSONWebKeySet = { keys: [] };
  let verify: JWTVerifyGetKey = createLocalJWKSet(jwks);

  const look = async () => {
    const { keys, signs } = await store.signingKeys(pool, {
      create: () => createKey(encryption),
      encryption,
      decide: (times, now) => decideRotation(times, now, policy),
    });
    const { kid, encryptedJwk } = keys.find((each) => each.kid === signs)!;
    if (signing?.kid !== kid)
      signing = {
        kid,
        key: await importJWK(
          JSON.parse(await encryption.decrypt(encryptedJwk, store.contextOf(kid))),
          ALGORITHM,
        ),
      };
    jwks = { keys: keys.map(({ publicJwk }) => publicJwk as JWK) };
    verify = createLocalJWKSet(jwks);
  };

  return {
    look,
    tokenSeconds,
    sign: async ({ id, role }, sid) =>
      await new SignJWT(sid === undefined ? { role } : { role, sid })
        .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT', kid: signing.kid })
        .setIssuer(issuer)
        .setSubject(String(id))
        .setIssuedAt()
        .setExpirationTime(`${tokenSeconds}s`)
        .sign(signing.key),
    signForClient: async (claims) =>
      await new SignJWT(claims)
        .setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt', kid: signing.kid })
        .setIssuedAt()
        .setExpirationTime(`${CLIENT_TOKEN_SECONDS}s`)
        .sign(signing.key),
    get jwks() {
      return jwks;
    },
    encryption,
    trusted: { issuer, algorithm: ALGORITHM, keys: async (...token) => await verify(...token) },
  };
}

async function createKey(encryption: Encryption): Promise<store.SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  return {
    kid,
    encryptedJwk: await encryption.encrypt(JSON.stringify(await exportJWK(privateKey)), store.contextOf(kid)),
    publicJwk: { ...publicJwk, kid, alg: ALGORITHM, use: 'sig' },
  };
}
