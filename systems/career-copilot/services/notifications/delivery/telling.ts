import { createEncryption, EncryptionConfig, type ServicePart } from '@banyan/service';
import { type Static, Type } from 'typebox';
import type { Channel as ChannelName } from '../../../api/notifications.ts';
import { GatewayConfig } from '../../../kit/issuers.ts';
import type { Channel } from '../channels/channel.ts';
import { createEmail } from '../channels/email.ts';
import { createWords, type Render } from '../templates/words.ts';
import { createUnsubscribeTokens, type UnsubscribeTokens } from '../unsubscribe/token.ts';
import { type Contents, createContents } from './contents.ts';

const TellingConfig = Type.Object({
  ...EncryptionConfig.properties,
  /** The server that takes e-mails: `smtps://user:password@host:465`, `smtp://host:587`. Without it none are sent, and each says so. */
  SMTP_URL: Type.Optional(Type.String({ pattern: '^smtps?://', secret: true })),
  /** As whom e-mails are sent. */
  MAIL_FROM: Type.String({ default: 'Career Copilot <no-reply@career-copilot.invalid>' }),
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
};

/** What handlers of events, routes and the queue share. */
export const telling: ServicePart<Telling, typeof TellingConfig> = {
  config: TellingConfig,
  start: async ({ config }) => ({
    provided: {
      contents: createContents(createEncryption(config.ENCRYPTION_KEYS)),
      render: createWords({ webUrl: config.WEB_URL }),
      tokens: createUnsubscribeTokens(config.ENCRYPTION_KEYS),
      publicUrl: config.PUBLIC_URL ?? config.API_URL,
      leaseSeconds: config.DELIVERY_LEASE_SECONDS,
      channels: new Map(channelsOf(config).map((channel) => [channel.name, channel])),
    },
    close: async () => {},
  }),
};

function channelsOf({ SMTP_URL: url, MAIL_FROM: from }: Static<typeof TellingConfig>): Channel[] {
  return url === undefined ? [] : [createEmail({ url, from })];
}
