/** Who signs the monolith's tokens. */
export const LEGACY_ISSUER = 'skillswap';
