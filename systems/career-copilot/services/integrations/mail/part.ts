import { ConfigError, type ServicePart } from '@banyan/service';
import { Type } from 'typebox';
import type { MailSettings } from './routes.ts';

const MailConfig = Type.Object({
  /** Of the addresses to which people forward. Left out: no mail is received. */
  MAIL_DOMAIN: Type.Optional(Type.String({ pattern: '^[a-z0-9-]+(\\.[a-z0-9-]+)+$' })),
  /** What the mail server signs with, by Standard Webhooks: `whsec_` and base64 of 24 bytes or more. */
  MAIL_WEBHOOK_SECRET: Type.Optional(
    Type.String({ secret: true, pattern: '^whsec_[A-Za-z0-9+/]{32,}={0,2}$' }),
  ),
});

/** Says whether mail is received, and from whom. */
export const mail: ServicePart<MailSettings, typeof MailConfig> = {
  config: MailConfig,
  async start({ config: { MAIL_DOMAIN: domain, MAIL_WEBHOOK_SECRET: secret } }) {
    if (domain !== undefined && secret === undefined)
      throw new ConfigError([
        {
          variable: 'MAIL_WEBHOOK_SECRET',
          message: 'is missing: without it anybody could say what somebody has forwarded',
          hint: 'share one with the mail server, or leave out MAIL_DOMAIN',
        },
      ]);
    const settings = domain === undefined || secret === undefined ? undefined : { domain, secret };
    return { provided: settings, close: async () => {} };
  },
};
