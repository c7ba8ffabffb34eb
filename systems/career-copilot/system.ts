import { createHash } from 'node:crypto';
import type { System } from '@banyan/harness';
import { GATEWAY_ISSUER } from './kit/tokens.ts';

/**
 * What Career Copilot consists of: the one list of its services. Each has its folder below services/ (main.ts, extraction.ts,
 * load.ts), a database of its own, and variables by its name (`CAREER_AUTH_URL`, `CAREER_AUTH_DATABASE_URL`).
 */
export const system = {
  name: 'career-copilot',
  title: 'Career Copilot',
  folder: new URL('.', import.meta.url),
  prefix: 'CAREER',
  gatewayIssuer: GATEWAY_ISSUER,
  services: ['auth', 'users', 'applications', 'jobs', 'notifications'],
  shown: ['auth', 'users'],
  goesBack: 'users',
  retires: 'users',
  environment: ({ process, secret, gatewayUrl, urls }) => ({
    ...(process === 'monolith' ? { JWT_SECRET: secret } : {}),
    ...(process === 'auth' ? { ENCRYPTION_KEYS: encryptionKeyOf(secret) } : {}),
    BCRYPT_COST: '6',
    ...(urls.auth === undefined ? {} : { AUTH_URL: urls.auth }),
    API_URL: gatewayUrl,
  }),
} as const satisfies System;

/** One for each run, as its secret is. */
function encryptionKeyOf(secret: string): string {
  return createHash('sha256').update(`encryption ${secret}`).digest('base64url');
}
