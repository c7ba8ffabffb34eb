import { eventing } from '@banyan/events';
import { defineService, tokenSigner } from '@banyan/service';
import { issuersOf } from '../../kit/issuers.ts';
import { USER_ISSUER } from '../../kit/tokens.ts';
import { contracts, fromRows } from './facts.ts';
import { Config, routes } from './routes.ts';

/** Accounts, logins, profiles and privacy. */
export const user = defineService({
  name: 'user',
  config: Config,
  schema: new URL('schema.sql', import.meta.url),
  use: { signer: tokenSigner(USER_ISSUER), events: eventing(contracts, { fromRows }) },
  auth: { issuers: ({ config, signer }) => [signer.trusted, ...issuersOf(config)] },
  routes,
});

if (import.meta.main) await user.run();
