import { setTimeout as delay } from 'node:timers/promises';
import { runCampaigns } from '../campaigns/run.ts';
import type { Signals } from '../signals.ts';
import { type DigestHost, gatherDigests } from './digest.ts';
import { take, untilNext } from './queue.ts';
import { attempt, type SenderHost } from './sender.ts';
import { sweep } from './sweep.ts';

/** Deliveries that one process has in hand at a time. */
const AT_ONCE = 8;
/** How long it never waits longer: signals may be missed, and other processes die. */
const LOOK_MS = 5_000;
/** While a campaign runs. */
const CAMPAIGN_MS = 1_000;
const AFTER_ERROR_MS = 1_000;
const SWEEP_MS = 3_600_000;

/** Sends what is due, as soon as it is. Ends with what it has in hand. */
export function startWorker(host: SenderHost & DigestHost, signals: Signals): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  let wake: () => void = () => {};
  let isCalled = false;
  const call = () => {
    isCalled = true;
    wake();
  };
  const off = signals.on('notifications_deliveries', call);
  signal.addEventListener('abort', call);

  async function wait(most: number): Promise<void> {
    const ms = Math.min((await untilNext(host.pool)) ?? most, most);
    if (isCalled) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        isCalled = false;
        await gatherDigests(host);
        const isRunning = await runCampaigns(host.pool, host.contents);
        const taken = await take(host.pool, AT_ONCE, host.leaseSeconds);
        await Promise.all(taken.map((one) => attempt(host, one)));
        if (taken.length === 0) await wait(isRunning ? CAMPAIGN_MS : LOOK_MS);
      } catch (err) {
        if (signal.aborted) return;
        host.log.error({ err }, 'deliveries cannot be made');
        await delay(AFTER_ERROR_MS, undefined, { signal }).catch(() => {});
      }
    }
  }

  const sweeping = setInterval(() => {
    sweep(host.pool).catch((err: unknown) => host.log.warn({ err }, 'could not remove old deliveries'));
  }, SWEEP_MS);
  const running = run();
  return {
    stop: async () => {
      off();
      clearInterval(sweeping);
      stopping.abort();
      await running;
    },
  };
}
