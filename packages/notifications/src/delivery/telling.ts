import { createEncryption, EncryptionConfig, GatewayConfig, type ServicePart } from '@banyan/service';
import { type Static, Type } from 'typebox';
import type { Channel as ChannelName } from '../api/index.ts';
import type { Channel } from '../channels/channel.ts';
import { createEmail } from '../channels/email.ts';
import { createFcm } from '../channels/fcm.ts';
import { createPush } from '../channels/push.ts';
import { byAddress } from '../channels/push-by-address.ts';
import { createSms } from '../channels/sms.ts';
import { createSns } from '../channels/sns.ts';
import { createPeople, type People } from '../people/store.ts';
import { TWILIO_REPORTS } from '../reports/paths.ts';
import { applyNotificationSchema } from '../schema.ts';
import type { NotificationSystem } from '../system.ts';
import { createWords, type Render } from '../templates/words.ts';
import { createUnsubscribeTokens, type UnsubscribeTokens } from '../unsubscribe/token.ts';
import { PUSH_ORIGINS } from '../ways/push-services.ts';
import { type Contents, createContents } from './contents.ts';

const configOf = ({ mail }: Pick<NotificationSystem, 'mail'>) =>
  Type.Object({
    ...EncryptionConfig.properties,
    /** The server that takes e-mails: `smtps://user:password@host:465`, `smtp://host:587`. Without it none are sent, and each says so. */
    SMTP_URL: Type.Optional(Type.String({ pattern: '^smtps?://', secret: true })),
    /** As whom e-mails are sent. */
    MAIL_FROM: Type.String({ default: mail.from }),
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
    VAPID_SUBJECT: Type.String({ default: mail.contact }),
    /** Where Amazon SNS sends SMS, e.g. `eu-central-1`, with the credentials of the AWS SDK's usual places: in place of Twilio. */
    SNS_REGION: Type.Optional(Type.String({ minLength: 1 })),
    /** For another address than Amazon's. */
    SNS_URL: Type.Optional(Type.String({ pattern: '^https?://' })),
    /** The service account (its JSON file's text) by which Firebase Cloud Messaging knows us. Without it there is no push to apps. */
    FCM_SERVICE_ACCOUNT: Type.Optional(Type.String({ minLength: 1, secret: true })),
    FCM_URL: Type.String({ default: 'https://fcm.googleapis.com' }),
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
type TellingConfig = ReturnType<typeof configOf>;

/** By which and in which words people are told. */
export type Telling = {
  /** The service's name in a plan. */
  service: string;
  system: NotificationSystem;
  people: People;
  contents: Contents;
  render: Render;
  tokens: UnsubscribeTokens;
  publicUrl: string | undefined;
  leaseSeconds: number;
  channels: ReadonlyMap<ChannelName, Channel>;
  /** For browsers that want push; undefined: there is none. */
  pushKey: string | undefined;
  pushOrigins: string;
  /** Whether push goes to apps on telephones. */
  hasDevices: boolean;
  twilioToken: string | undefined;
  bounceToken: string | undefined;
};

/** What handlers of events, routes and the queue share; brings the tables of this package into the service's database. */
export function telling(system: NotificationSystem): ServicePart<Telling, TellingConfig> {
  return {
    config: configOf(system),
    start: async ({ service, config, pool }) => {
      await applyNotificationSchema(pool, system);
      return {
        provided: {
          service,
          system,
          people: createPeople(system.people),
          contents: createContents(createEncryption(config.ENCRYPTION_KEYS)),
          render: createWords(system, { pool, webUrl: config.WEB_URL }),
          tokens: createUnsubscribeTokens(config.ENCRYPTION_KEYS, system.people),
          publicUrl: publicUrlOf(config),
          leaseSeconds: config.DELIVERY_LEASE_SECONDS,
          channels: new Map(channelsOf(system, config).map((channel) => [channel.name, channel])),
          pushKey: config.VAPID_PRIVATE_KEY === undefined ? undefined : config.VAPID_PUBLIC_KEY,
          pushOrigins: config.PUSH_ORIGINS,
          hasDevices: config.FCM_SERVICE_ACCOUNT !== undefined,
          twilioToken: config.TWILIO_AUTH_TOKEN,
          bounceToken: config.BOUNCE_TOKEN,
        },
        close: async () => {},
      };
    },
  };
}

type Config = Static<TellingConfig>;

const publicUrlOf = (config: Config) => config.PUBLIC_URL ?? config.API_URL;

/** Those that are configured. */
function channelsOf(system: NotificationSystem, config: Config): Channel[] {
  const email = config.SMTP_URL && createEmail({ url: config.SMTP_URL, from: config.MAIL_FROM });
  return [email, smsOf(system, config), pushOf(config)].filter((channel) => !!channel) as Channel[];
}

function smsOf({ paths }: NotificationSystem, config: Config): Channel | undefined {
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, TWILIO_FROM: from } = config;
  if (config.SNS_REGION) return createSns({ region: config.SNS_REGION, url: config.SNS_URL });
  if (!accountSid || !authToken || !from) return undefined;
  const publicUrl = publicUrlOf(config);
  const statusUrl = publicUrl && `${publicUrl}${paths.api}${paths.own}${TWILIO_REPORTS}`;
  return createSms({ url: config.TWILIO_URL, accountSid, authToken, from, statusUrl });
}

function pushOf(config: Config): Channel | undefined {
  const { VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey, VAPID_SUBJECT: subject } = config;
  const browsers = publicKey && privateKey ? createPush({ publicKey, privateKey, subject }) : undefined;
  const apps = config.FCM_SERVICE_ACCOUNT
    ? createFcm({ url: config.FCM_URL, serviceAccount: config.FCM_SERVICE_ACCOUNT })
    : undefined;
  return browsers || apps ? byAddress({ browsers, apps }) : undefined;
}
