/** Who signs the monolith's tokens. */
export const LEGACY_ISSUER = 'skillswap';
/** Of what the gateway signs for services in the place of tokens that only the monolith can verify. */
export const GATEWAY_ISSUER = 'skillswap-gateway';
