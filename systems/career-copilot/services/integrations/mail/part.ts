import type { Connections } from '@banyan/connections';
import { ConfigError, repeatedWork, type ServicePart } from '@banyan/service';
import { Type } from 'typebox';
import type { PublicApi } from './applications.ts';
import { createMoving } from './moving.ts';
import type { MailSettings } from './routes.ts';

const MailConfig = Type.Object({
  /** Of the addresses to which people forward. Left out: no mail is received. */
  MAIL_DOMAIN: Type.Optional(Type.String({ pattern: '^[a-z0-9-]+(\\.[a-z0-9-]+)+$' })),
  /** What the mail server signs with, by Standard Webhooks: `whsec_` and base64 of 24 bytes or more. */
  MAIL_WEBHOOK_SECRET: Type.Optional(
    Type.String({ secret: true, pattern: '^whsec_[A-Za-z0-9+/]{32,}={0,2}$' }),
  ),
  /**
   * The provider of OAUTH_PROVIDERS that is this very system: whoever has connected it may have mails move applications by themselves. Left
   * out: nobody may.
   */
  MAIL_MOVES_PROVIDER: Type.Optional(Type.String({ minLength: 1 })),
  /** How long a mail that moves an application by itself can be stopped, seconds. */
  MAIL_MOVES_AFTER_SECONDS: Type.Number({ minimum: 0, default: 900 }),
  /** How long until a process looks again whether one is due. */
  MAIL_LOOK_MS: Type.Integer({ minimum: 10, default: 5_000 }),
});

/** Says whether mail is received, and from whom. */
export const mail: ServicePart<MailSettings, typeof MailConfig> = {
  config: MailConfig,
  async start(host) {
    const { MAIL_DOMAIN: domain, MAIL_WEBHOOK_SECRET: secret, MAIL_MOVES_PROVIDER: provider } = host.config;
    const connections = host.provided.connections as Connections;
    if (provider !== undefined && !connections.providers.has(provider))
      throw new ConfigError([
        {
          variable: 'MAIL_MOVES_PROVIDER',
          message: 'is none of OAUTH_PROVIDERS',
          hint: 'name the one that is this very system, or leave it out',
        },
      ]);
    if (domain !== undefined && secret === undefined)
      throw new ConfigError([
        {
          variable: 'MAIL_WEBHOOK_SECRET',
          message: 'is missing: without it anybody could say what somebody has forwarded',
          hint: 'share one with the mail server, or leave out MAIL_DOMAIN',
        },
      ]);
    const moving = createMoving({
      pool: host.pool,
      connections,
      api: host.provided.api as PublicApi,
      provider,
      holdMs: host.config.MAIL_MOVES_AFTER_SECONDS * 1_000,
    });
    const work = repeatedWork(host, {
      'move what mails say': { everyMs: host.config.MAIL_LOOK_MS, run: moving.moveDue },
    });
    const settings = domain === undefined || secret === undefined ? undefined : { domain, secret, moving };
    return { provided: settings, ...work };
  },
};
