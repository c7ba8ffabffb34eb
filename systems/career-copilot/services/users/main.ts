import { eventing } from '@banyan/events';
import { defineService } from '@banyan/service';
import { AUTH_ISSUER, contracts, LEGACY_ISSUER } from '../../contracts.ts';
import { followAccounts } from './account-news.ts';
import { Config, routes } from './routes.ts';

/** Profiles, preferences and privacy. */
export const users = defineService({
  name: 'users',
  config: Config,
  schema: new URL('schema.sql', import.meta.url),
  use: {
    events: eventing(contracts, ({ config }) => ({
      // Parts get the whole configuration of their service; their types have their own variables only.
      on: followAccounts((config as { LEGACY_JWT_SECRET?: string }).LEGACY_JWT_SECRET !== undefined),
      concurrency: 4,
    })),
  },
  auth: {
    issuers: ({ config: { AUTH_URL: authUrl, LEGACY_JWT_SECRET: secret } }) => [
      ...(authUrl
        ? [{ issuer: AUTH_ISSUER, algorithm: 'ES256' as const, jwksUrl: `${authUrl}/.well-known/jwks.json` }]
        : []),
      ...(secret ? [{ issuer: LEGACY_ISSUER, algorithm: 'HS256' as const, secret }] : []),
    ],
  },
  routes,
});

if (import.meta.main) await users.run();
