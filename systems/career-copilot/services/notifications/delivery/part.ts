import type { Events } from '@banyan/events';
import { createEncryption, EncryptionConfig, type ServicePart } from '@banyan/service';
import { type Static, Type } from 'typebox';
import type { Channel as ChannelName } from '../../../api/notifications.ts';
import type { contracts } from '../../../contracts/notifications.ts';
import type { Channel } from '../channels/channel.ts';
import { createEmail } from '../channels/email.ts';
import type { Signals } from '../signals.ts';
import { createComposer } from './compose.ts';
import { type Contents, createContents } from './contents.ts';
import { startWorker } from './worker.ts';

const DeliveryConfig = Type.Object({
  ...EncryptionConfig.properties,
  /** The server that takes e-mails: `smtps://user:password@host:465`, `smtp://host:587`. Without it none are sent, and each says so. */
  SMTP_URL: Type.Optional(Type.String({ pattern: '^smtps?://', secret: true })),
  /** As whom e-mails are sent. */
  MAIL_FROM: Type.String({ default: 'Career Copilot <no-reply@career-copilot.invalid>' }),
  /** After which another process may take what one has in hand: longer than a channel waits for the other side. */
  DELIVERY_LEASE_SECONDS: Type.Number({ minimum: 1, default: 120 }),
});

export type Delivery = {
  contents: Contents;
  /** By which somebody is told in this process. */
  channels: ReadonlyMap<ChannelName, Channel>;
};

/** Sends what is queued. Listed after `signals` and `events`. */
export const delivery: ServicePart<Delivery, typeof DeliveryConfig> = {
  config: DeliveryConfig,
  async start({ config, pool, log, provided }) {
    const contents = createContents(createEncryption(config.ENCRYPTION_KEYS));
    const channels = new Map(channelsOf(config).map((channel) => [channel.name, channel]));
    const host = {
      pool,
      log,
      channels,
      publish: (provided.events as Events<typeof contracts>).publish,
      compose: createComposer({ contents }),
      leaseSeconds: config.DELIVERY_LEASE_SECONDS,
    };
    let worker: ReturnType<typeof startWorker> | undefined;
    return {
      provided: { contents, channels },
      open: async () => {
        worker = startWorker(host, provided.signals as Signals);
      },
      close: async () => {
        await worker?.stop();
        for (const channel of channels.values()) await channel.close();
      },
    };
  },
};

function channelsOf({ SMTP_URL: url, MAIL_FROM: from }: Static<typeof DeliveryConfig>): Channel[] {
  return url === undefined ? [] : [createEmail({ url, from })];
}
