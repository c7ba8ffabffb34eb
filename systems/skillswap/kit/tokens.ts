/** Who signs the monolith's tokens. */
export const LEGACY_ISSUER = 'skillswap';
/** And who signs those of whom the user service lets in. */
export const USER_ISSUER = 'skillswap-user';
/** Of what the gateway signs for services in the place of tokens that only the monolith can verify. */
export const GATEWAY_ISSUER = 'skillswap-gateway';

/** Where the user service shows its public keys. */
export const JWKS_PATH = '/.well-known/jwks.json';
