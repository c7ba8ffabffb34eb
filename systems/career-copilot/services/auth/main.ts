import { eventing } from '@banyan/events';
import { calls, defineService, gatewayIssuer, keyValues, signals, tokenSigner } from '@banyan/service';
import { clientsIssuer } from '../../kit/issuers.ts';
import { AUTH_ISSUER, GATEWAY_ISSUER } from '../../kit/tokens.ts';
import { contracts, fromRows } from './facts.ts';
import { mailer, mailOperations, NotificationsConfig } from './mail/mailer.ts';
import { mailRegistered } from './mail/registered.ts';
import { Config, routes } from './routes.ts';

/** Accounts, logins and tokens. */
export const auth = defineService({
  name: 'auth',
  config: Config,
  schema: new URL('schema.sql', import.meta.url),
  use: {
    signer: tokenSigner(AUTH_ISSUER),
    limits: keyValues(),
    notifications: calls(mailOperations, {
      config: NotificationsConfig,
      urls: ({ NOTIFICATIONS_URL }) => ({ notifications: NOTIFICATIONS_URL }),
    }),
    signals: signals('auth_mails'),
    mailer,
    events: eventing(contracts, { fromRows, on: mailRegistered }),
  },
  auth: {
    issuers: ({ config, signer: { trusted } }) => [
      trusted,
      ...clientsIssuer(config, { algorithm: trusted.algorithm, keys: trusted.keys }),
      ...gatewayIssuer(config, GATEWAY_ISSUER),
    ],
  },
  routes,
});

if (import.meta.main) await auth.run();
