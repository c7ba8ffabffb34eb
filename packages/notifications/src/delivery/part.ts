import { leasedQueue, repeatedWork, type ServicePart, type Signals } from '@banyan/service';
import { runCampaigns } from '../campaigns/run.ts';
import type { Says } from '../says.ts';
import { gatherDigests } from './digest.ts';
import { leasedDeliveries, untilNext, untilNextDigest } from './queue.ts';
import { attempt } from './sender.ts';
import { sweep } from './sweep.ts';
import type { Telling } from './telling.ts';

/** Deliveries that one process has in hand at a time. */
const AT_ONCE = 8;
/** How long it never waits longer: signals may be missed, and other processes die. */
const LOOK_MS = 5_000;
/** While a campaign runs. */
const CAMPAIGN_MS = 1_000;
const SWEEP_MS = 3_600_000;

/** Sends what is queued, as soon as it is due. Listed after `signals`, `telling` and `events`. */
export const delivery: ServicePart<undefined> = {
  async start(host) {
    const { pool, log, provided } = host;
    const telling = provided.telling as Telling;
    const says = provided.events as Says;
    const deliveries = leasedDeliveries(telling.leaseSeconds);
    const sender = { ...telling, pool, log, says, deliveries };

    const queue = leasedQueue(host, 'send messages', {
      most: AT_ONCE,
      everyMs: LOOK_MS,
      lease: (most, inHand) => deliveries.lease(pool, most, inHand),
      handle: (taken) => attempt(sender, taken),
      untilDue: () => untilNext(pool),
    });
    const work = repeatedWork(host, {
      'gather digests': {
        everyMs: LOOK_MS,
        run: async () => {
          await gatherDigests(sender);
          return Math.min((await untilNextDigest(pool)) ?? LOOK_MS, LOOK_MS);
        },
      },
      'run campaigns': {
        everyMs: LOOK_MS,
        run: async () => ((await runCampaigns(pool, telling)) ? CAMPAIGN_MS : undefined),
      },
      'remove old deliveries': { everyMs: SWEEP_MS, inOneProcess: true, run: () => sweep(pool) },
    });
    let off = () => {};
    return {
      provided: undefined,
      open: async () => {
        off = (provided.signals as Signals<'notifications_deliveries'>).on('notifications_deliveries', () => {
          queue.wake();
          work.wake('gather digests');
          work.wake('run campaigns');
        });
        await Promise.all([queue.open(), work.open()]);
      },
      close: async () => {
        off();
        await Promise.all([queue.close(), work.close()]);
        for (const channel of telling.channels.values()) await channel.close();
      },
    };
  },
};
