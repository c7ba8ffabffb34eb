import type { System } from '@banyan/harness';
import { encryptionKeyOf, serviceKeysOf } from '@banyan/service/service-keys';
import { GATEWAY_ISSUER } from './kit/tokens.ts';
import { stripeDoubleAt } from './services/payment/testing/stripe-double-keys.ts';
import { livekitDoubleAt } from './services/session/testing/livekit-double-keys.ts';

/**
 * What SkillSwap consists of: the one list of the services that leave its monolith. Each has its folder below services/ (main.ts,
 * extraction.ts, load.ts), a database of its own, and variables by its name (`SKILLSWAP_USER_URL`, `SKILLSWAP_USER_DATABASE_URL`).
 */
export const system = {
  name: 'skillswap',
  title: 'SkillSwap',
  folder: new URL('.', import.meta.url),
  prefix: 'SKILLSWAP',
  gatewayIssuer: GATEWAY_ISSUER,
  services: ['user', 'skill', 'notification', 'session', 'payment', 'analytics'],
  beside: {
    stripe: 'services/payment/testing/stripe-double.ts',
    livekit: 'services/session/testing/livekit-double.ts',
  },
  // At 200 six services and a ledger take all of two cores.
  rate: 100,
  // Nobody is retired: all that is still the monolith's looks at its users.
  goesBack: 'user',
  environment: ({ process, secret, gatewayUrl, urls }) => ({
    ...(process === 'monolith' ? { JWT_SECRET: secret } : serviceKeysOf(process, everyService(), secret)),
    ...(KEEPS_SECRETS.has(process) ? { ENCRYPTION_KEYS: encryptionKeyOf(process, secret) } : {}),
    BCRYPT_COST: '6',
    // By which services find each other: USER_URL and the like.
    ...Object.fromEntries(Object.entries(urls).map(([name, url]) => [`${name.toUpperCase()}_URL`, url])),
    API_URL: gatewayUrl,
    ...(process === 'payment' && urls.stripe !== undefined
      ? { ...stripeDoubleAt(urls.stripe), MONOLITH_PAYMENTS: 'none' }
      : {}),
    ...(process === 'session' && urls.livekit !== undefined ? livekitDoubleAt(urls.livekit) : {}),
  }),
} as const satisfies System;

function everyService(): readonly string[] {
  return system.services;
}

/** Services that encrypt what they keep, or sign what they hand out. */
const KEEPS_SECRETS = new Set(['user', 'notification', 'payment', 'session']);
