import { eventing } from '@banyan/events';
import { defineService } from '@banyan/service';
import { AUTH_ISSUER, LEGACY_ISSUER } from '../../kit/tokens.ts';
import { contracts, fromRows } from './facts.ts';
import { ALGORITHM, signer } from './keys.ts';
import { Config, routes } from './routes.ts';

/** Accounts, logins and tokens. */
export const auth = defineService({
  name: 'auth',
  config: Config,
  schema: new URL('schema.sql', import.meta.url),
  use: { signer, events: eventing(contracts, { fromRows }) },
  auth: {
    issuers: ({ config: { LEGACY_JWT_SECRET: secret }, signer }) => [
      { issuer: AUTH_ISSUER, algorithm: ALGORITHM, keys: signer.verificationKeys },
      ...(secret ? [{ issuer: LEGACY_ISSUER, algorithm: 'HS256' as const, secret }] : []),
    ],
  },
  routes,
});

if (import.meta.main) await auth.run();
