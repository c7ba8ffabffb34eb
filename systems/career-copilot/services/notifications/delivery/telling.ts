import { createEncryption, EncryptionConfig, GatewayConfig, type ServicePart } from '@banyan/service';
import { type Static, Type } from 'typebox';
import { API } from '../../../api/common.ts';
import type { Channel as ChannelName } from '../../../api/notifications.ts';
import type { Channel } from '../channels/channel.ts';
import { createEmail } from '../channels/email.ts';
import { createPush } from '../channels/push.ts';
import { createSms } from '../channels/sms.ts';
import { TWILIO_PATH } from '../reports/routes.ts';
import { createWords, type Render } from '../templates/words.ts';
import { createUnsubscribeTokens, type UnsubscribeTokens } from '../unsubscribe/token.ts';
import { PUSH_ORIGINS } from '../ways/push-services.ts';
import { type Contents, createContents } from './contents.ts';

const TellingConfig = Type.Object({
  ...EncryptionConfig.properties,
  /** The server that takes e-mails: `smtps://user:password@host:465`, `smtp://host:587`. Without it none are sent, and each says so. */
  SMTP_URL: Type.Optional(Type.String({ pattern: '^smtps?://', secret: true })),
  /** As whom e-mails are sent. */
  MAIL_FROM: Type.String({ default: 'Career Copilot <no-reply@career-copilot.invalid>' }),
  /** By which Twilio knows us. Without all three there are no SMS. */
  TWILIO_ACCOUNT_SID: Type.Optional(Type.String({ minLength: 1 })),
  TWILIO_AUTH_TOKEN: Type.Optional(Type.String({ minLength: 1, secret: true })),
  /** The number by which SMS are sent, or a messaging service (`MG...`). */
  TWILIO_FROM: Type.Optional(Type.String({ minLength: 1 })),
  TWILIO_URL: Type.String({ default: 'https://api.twilio.com' }),
  /** The pair of keys by which push services know us: `npx web-push generate-vapid-keys`. Without both there is no push. */
  VAPID_PUBLIC_KEY: Type.Optional(Type.String({ minLength: 1, secret: false })),
  VAPID_PRIVATE_KEY: Type.Optional(Type.String({ minLength: 1, secret: true })),
  /** Whom a push service may ask: `mailto:...`, or an address. */
  VAPID_SUBJECT: Type.String({ default: 'mailto:postmaster@career-copilot.invalid' }),
  /** Where push services are, as origins separated by commas. */
  PUSH_ORIGINS: Type.String({ default: PUSH_ORIGINS }),
  /** By which whoever forwards mails that came back shows that they may. Without it none are taken. */
  BOUNCE_TOKEN: Type.Optional(Type.String({ minLength: 16, secret: true })),
  /** Where people reach the API, for links that end messages. Default: API_URL. */
  PUBLIC_URL: Type.Optional(Type.String({ pattern: '^https?://' })),
  ...GatewayConfig.properties,
  /** Where people find in a browser what they are told of. Without it messages have no links to it. */
  WEB_URL: Type.Optional(Type.String({ pattern: '^https?://' })),
  /** After which another process may take what one has in hand: longer than a channel waits for the other side. */
  DELIVERY_LEASE_SECONDS: Type.Number({ minimum: 1, default: 120 }),
});

/** By which and in which words people are told. */
export type Telling = {
  contents: Contents;
  render: Render;
  tokens: UnsubscribeTokens;
  publicUrl: string | undefined;
  leaseSeconds: number;
  channels: ReadonlyMap<ChannelName, Channel>;
  /** For browsers that want push; undefined: there is none. */
  pushKey: string | undefined;
  pushOrigins: string;
  twilioToken: string | undefined;
  bounceToken: string | undefined;
};

/** What handlers of events, routes and the queue share. */
export const telling: ServicePart<Telling, typeof TellingConfig> = {
  config: TellingConfig,
  start: async ({ config, pool }) => ({
    provided: {
      contents: createContents(createEncryption(config.ENCRYPTION_KEYS)),
      render: createWords({ pool, webUrl: config.WEB_URL }),
      tokens: createUnsubscribeTokens(config.ENCRYPTION_KEYS),
      publicUrl: config.PUBLIC_URL ?? config.API_URL,
      leaseSeconds: config.DELIVERY_LEASE_SECONDS,
      channels: new Map(channelsOf(config).map((channel) => [channel.name, channel])),
      pushKey: config.VAPID_PRIVATE_KEY === undefined ? undefined : config.VAPID_PUBLIC_KEY,
      pushOrigins: config.PUSH_ORIGINS,
      twilioToken: config.TWILIO_AUTH_TOKEN,
      bounceToken: config.BOUNCE_TOKEN,
    },
    close: async () => {},
  }),
};

/** Those that are configured. */
function channelsOf(config: Static<typeof TellingConfig>): Channel[] {
  const {
    SMTP_URL,
    TWILIO_ACCOUNT_SID,
    TWILIO_AUTH_TOKEN,
    TWILIO_FROM,
    VAPID_PUBLIC_KEY,
    VAPID_PRIVATE_KEY,
  } = config;
  const publicUrl = config.PUBLIC_URL ?? config.API_URL;
  const channels: Channel[] = [];
  if (SMTP_URL) channels.push(createEmail({ url: SMTP_URL, from: config.MAIL_FROM }));
  if (TWILIO_ACCOUNT_SID && TWILIO_AUTH_TOKEN && TWILIO_FROM)
    channels.push(
      createSms({
        url: config.TWILIO_URL,
        accountSid: TWILIO_ACCOUNT_SID,
        authToken: TWILIO_AUTH_TOKEN,
        from: TWILIO_FROM,
        statusUrl: publicUrl && `${publicUrl}${API}${TWILIO_PATH}`,
      }),
    );
  if (VAPID_PUBLIC_KEY && VAPID_PRIVATE_KEY)
    channels.push(
      createPush({
        publicKey: VAPID_PUBLIC_KEY,
        privateKey: VAPID_PRIVATE_KEY,
        subject: config.VAPID_SUBJECT,
      }),
    );
  return channels;
}
