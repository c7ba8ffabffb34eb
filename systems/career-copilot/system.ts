import type { System } from '@banyan/harness';
import { encryptionKeyOf, serviceKeysOf } from '@banyan/service/service-keys';
import { mailServerOf } from './kit/mail-server.ts';
import { GATEWAY_ISSUER } from './kit/tokens.ts';
import { VISITOR } from './monolith/visitor.ts';

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
  services: ['auth', 'users', 'applications', 'jobs', 'notifications', 'analytics', 'integrations'],
  shown: ['auth', 'users'],
  goesBack: 'users',
  retires: 'users',
  environment: ({ process, secret, gatewayUrl, urls }) => ({
    ...(process === 'monolith' ? { JWT_SECRET: secret } : {}),
    ...(process === 'monolith' ? {} : serviceKeysOf(process, everyService(), secret)),
    ...(KEEPS_SECRETS.has(process) ? { ENCRYPTION_KEYS: encryptionKeyOf(process, secret) } : {}),
    ...(process === 'integrations' ? mailServerOf(secret) : {}),
    BCRYPT_COST: '6',
    ...(urls.auth === undefined ? {} : { AUTH_URL: urls.auth }),
    ...(urls.users === undefined ? {} : { USERS_URL: urls.users }),
    ...(urls.notifications === undefined ? {} : { NOTIFICATIONS_URL: urls.notifications }),
    API_URL: gatewayUrl,
  }),
  web: {
    build: async () => {
      const { buildWeb } = await import('./web/build.ts');
      return { WEB_FOLDER: await buildWeb() };
    },
    visitor: VISITOR,
  },
} as const satisfies System;

function everyService(): readonly string[] {
  return system.services;
}

/** Services that encrypt what they keep, or sign what they hand out. */
const KEEPS_SECRETS = new Set(['auth', 'applications', 'notifications', 'integrations']);
