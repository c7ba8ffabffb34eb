import type { Events } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import {
  type Encryption,
  leasedQueue,
  type MayConnect,
  outboundAgent,
  type ServicePart,
} from '@banyan/service';
import { Type } from 'typebox';
import type { contracts } from '../messages.ts';
import { decide } from './decide.ts';
import { contextOf } from './endpoints.ts';
import * as queue from './queue.ts';
import { send } from './send.ts';
import { signed } from './signature.ts';

const WebhookConfig = Type.Object({
  /** How long until a process looks again whether something is due. */
  WEBHOOK_LOOK_MS: Type.Integer({ minimum: 10, default: 1_000 }),
});

/** Attempts at the same time in one process. */
const MOST_AT_ONCE = 8;

/** Sends what is due, in as many processes as there are; each endpoint gets one attempt at a time. */
export const webhooks: ServicePart<undefined, typeof WebhookConfig> = {
  config: WebhookConfig,
  async start(host) {
    const { config, pool, provided } = host;
    const events = provided.events as Events<typeof contracts>;
    const encryption = provided.encryption as Encryption;
    const dispatcher = outboundAgent(provided.networks as MayConnect);

    async function attempt(claimed: queue.Claimed, signal: AbortSignal): Promise<void> {
      const secrets = await Promise.all(
        claimed.secrets.map((secret) => encryption.decrypt(secret, contextOf(claimed.userId))),
      );
      const at = new Date();
      const headers = signed(secrets, { id: claimed.messageId, at, body: claimed.body });
      const outcome = await send(claimed.url, { headers, body: claimed.body }, { dispatcher, signal });
      // Whoever stops has not failed: it comes again when the lease is over.
      if (signal.aborted && outcome.is === 'error') return;
      const done = { at, durationMs: Date.now() - at.getTime(), outcome };
      await withTransaction(pool, async (tx) => {
        const { disabled } = await queue.settle(tx, claimed, done, (known) =>
          decide(outcome, { ...known, now: new Date(), chance: Math.random() }),
        );
        if (disabled) {
          const { userId, endpointId, url } = claimed;
          const told = { userId, endpointId, host: new URL(url).host, reason: disabled };
          await events.publish(tx, 'WebhookEndpointDisabled', told);
        }
      });
    }

    const sending = leasedQueue(host, 'send webhooks', {
      most: MOST_AT_ONCE,
      everyMs: config.WEBHOOK_LOOK_MS,
      lease: (most, inHand) => queue.claim(pool, most, inHand),
      handle: attempt,
    });
    return {
      provided: undefined,
      open: sending.open,
      close: async () => {
        await sending.close();
        await dispatcher.destroy();
      },
    };
  },
};
