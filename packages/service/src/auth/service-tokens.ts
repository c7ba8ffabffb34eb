import { createLocalJWKSet, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { type Static, Type } from 'typebox';
import type { TrustedIssuer } from './tokens.ts';

/** How services prove to one another who they are. Without them no service token is made or taken. */
export const ServiceTokenConfig = Type.Object({
  /** This service's private key, a JWK whose `kid` is the service's name; a secret. */
  SERVICE_KEY: Type.Optional(Type.String({ minLength: 1, secret: true })),
  /** The public keys of the services that may call this one: a JWK set. */
  SERVICE_KEYS: Type.Optional(Type.String({ minLength: 1 })),
});
export type ServiceTokenConfig = Static<typeof ServiceTokenConfig>;

/** Makes tokens with which this service calls another. */
export type ServiceTokens = {
  /** A token that only `audience`, a service's name, takes. Throws without SERVICE_KEY. */
  tokenFor(audience: string): Promise<string>;
};

/**
 * Each service signs its own tokens with its own key (Ed25519), for one audience and two minutes: nobody has to be asked
 * for them, and a service that was given one can neither use it elsewhere nor make one in another's name.
 */
export function createServiceTokens(
  service: string,
  { SERVICE_KEY: key }: ServiceTokenConfig,
  { now = Date.now }: { now?: () => number } = {},
): ServiceTokens {
  const privateKey = key === undefined ? undefined : importJWK(JSON.parse(key) as JWK, 'EdDSA');
  const made = new Map<string, { token: Promise<string>; until: number }>();
  return {
    tokenFor: async (audience) => {
      if (!privateKey) throw new Error('SERVICE_KEY is not set: this service cannot say who it is');
      const before = made.get(audience);
      if (before && before.until > now()) return await before.token;
      const issuedAt = Math.floor(now() / 1000);
      const token = new SignJWT()
        .setProtectedHeader({ alg: 'EdDSA', kid: service })
        .setIssuer(SERVICE_ISSUER)
        .setSubject(service)
        .setAudience(audience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + GOOD_SECONDS)
        .sign(await privateKey);
      made.set(audience, { token, until: now() + (GOOD_SECONDS / 2) * 1000 });
      return await token;
    },
  };
}

/** The tokens of other services, as far as their keys are known. */
export function trustedServices(
  service: string,
  { SERVICE_KEYS: keys }: ServiceTokenConfig,
): TrustedIssuer[] {
  if (keys === undefined) return [];
  return [
    {
      issuer: SERVICE_ISSUER,
      algorithm: 'EdDSA',
      keys: createLocalJWKSet(JSON.parse(keys)),
      services: { audience: service },
    },
  ];
}

/** A new key of a service: `privateKey` for its SERVICE_KEY, `publicKey` for the SERVICE_KEYS of those that it calls. */
export async function createServiceKey(service: string): Promise<{ privateKey: JWK; publicKey: JWK }> {
  const pair = await generateKeyPair('EdDSA', { extractable: true });
  const named = async (key: Parameters<typeof exportJWK>[0]) => ({
    ...(await exportJWK(key)),
    kid: service,
    alg: 'EdDSA',
  });
  return { privateKey: await named(pair.privateKey), publicKey: await named(pair.publicKey) };
}

const SERVICE_ISSUER = 'banyan-services';
const GOOD_SECONDS = 120;
