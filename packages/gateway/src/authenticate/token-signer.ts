import { createPrivateKey, createPublicKey, hash, type JsonWebKey, type KeyObject, sign } from 'node:crypto';
import type { JWTPayload } from 'jose';

/** Where every worker answers with the public keys, on the port that services reach. */
export const JWKS_PATH = '/.well-known/banyan/jwks.json';

/** How long a token is good, and for how long it is used again for the same user, seconds. */
const LIFE_SECONDS = 120;
const REUSE_SECONDS = 60;

/** Claim that holds the issuer of the token which was exchanged. */
export const ORIGINAL_ISSUER = 'original_iss';

/** Of the keys that sign. */
export const SIGNING_ALGORITHMS = ['EdDSA', 'ES256'] as const;

export type SigningKeys = {
  /** The `iss` claim of what is signed. */
  issuer: string;
  /** PEM, Ed25519 or P-256. The first one signs; the public halves of all are served. */
  privateKeys: string[];
};

export type SignedToken = { authorization: string; reuseUntil: number };

type Key = {
  privateKey: KeyObject;
  alg: (typeof SIGNING_ALGORITHMS)[number];
  kid: string;
  jwk: JsonWebKey;
};

/** Signs short-lived tokens in the place of others, so that a service has to know the gateway's public keys only. */
export class TokenSigner {
  readonly issuer: string;
  /** The body of JWKS_PATH. */
  readonly jwks: string;
  readonly #key: Key;

  /** Throws when a key is not a private key of a kind that is supported; the message holds nothing of the key. */
  constructor({ issuer, privateKeys }: SigningKeys) {
    const keys = privateKeys.map(readKey);
    if (keys[0] === undefined) throw new Error('signing: no private key is given');
    this.issuer = issuer;
    this.#key = keys[0];
    this.jwks = JSON.stringify({
      keys: keys.map(({ jwk, kid, alg }) => ({ ...jwk, kid, alg, use: 'sig' })),
    });
  }

  /**
   * The same claims under the gateway's name, good for two minutes and never longer than the token that they came in. Also
   * `iat` is that token's: whoever refuses what was signed before a change of password goes by it.
   */
  sign(claims: JWTPayload, nowMs: number): SignedToken {
    const now = Math.floor(nowMs / 1000);
    const exp = Math.min(claims.exp ?? Number.POSITIVE_INFINITY, now + LIFE_SECONDS);
    const payload = { ...claims, iss: this.issuer, exp, [ORIGINAL_ISSUER]: claims.iss ?? '' };
    const { alg, kid, privateKey } = this.#key;
    const input = `${encode({ alg, kid, typ: 'JWT' })}.${encode(payload)}`;
    const signature =
      alg === 'EdDSA'
        ? sign(null, Buffer.from(input), privateKey)
        : sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return {
      authorization: `Bearer ${input}.${signature.toString('base64url')}`,
      reuseUntil: nowMs + REUSE_SECONDS * 1000,
    };
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** An environment variable cannot always hold a line end, so `\n` in two characters is one too. */
function readKey(pem: string, index: number): Key {
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(pem.replaceAll('\\n', '\n'));
  } catch {
    throw new Error(`signing: private key ${index + 1} is not a private key in PEM`);
  }
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' });
  if (jwk.kty === 'OKP' && jwk.crv === 'Ed25519')
    return { privateKey, alg: 'EdDSA', kid: thumbprint(jwk), jwk };
  if (jwk.kty === 'EC' && jwk.crv === 'P-256') return { privateKey, alg: 'ES256', kid: thumbprint(jwk), jwk };
  throw new Error(`signing: private key ${index + 1} is neither an Ed25519 nor a P-256 key`);
}

/** RFC 7638. */
function thumbprint({ crv, kty, x, y }: JsonWebKey): string {
  return hash('sha256', JSON.stringify(y === undefined ? { crv, kty, x } : { crv, kty, x, y }), 'base64url');
}
