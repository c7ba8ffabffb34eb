import type { PartHost } from '../parts/part.ts';
import type { Key, Leased } from './leased-rows.ts';
import { leasedRowMetrics } from './metrics.ts';
import type { Next } from './pauses.ts';
import { repeatedWork } from './repeated-work.ts';

/** What is due and could not be leased is in other hands for the moment: it is not asked for all the time. */
const LEAST_MS = 50;

export type LeasedWork<Row> = {
  /** Rows that one process has in hand at the same time, at most. */
  most: number;
  /** How long until it looks again whether something is due, ms, unless something ends or it is woken. */
  everyMs: number;
  /** Leases rows that are due, at most so many, as `leasedRows` does, without those that this process has in hand longer than their lease. */
  lease(most: number, inHand: readonly Key[]): Promise<Leased<Row>[]>;
  /**
   * Does what a row is for, and lets go of it. What it throws is logged, and the row comes again when its lease is over; so does what
   * is left undone because `signal` has aborted: the service stops.
   */
  handle(row: Leased<Row>, signal: AbortSignal): Promise<void>;
  /** Milliseconds until something is due; null: nothing is known. Default: it looks after `everyMs`. */
  untilDue?(): Promise<number | null>;
};

/** `open` and `close` are those of a part of a service. */
export type LeasedQueue = {
  open(): Promise<void>;
  /** Leases nothing more. Resolves when what is in hand has ended. */
  close(): Promise<void>;
  /** Looks now whether something is due. */
  wake(): void;
};

/**
 * Works rows off as they become due, several at a time and in as many processes as there are: each is in one hand at a time, and what a killed
 * process had in hand comes again when its lease is over. The name, once in a service, is in its logs and metrics.
 */
export function leasedQueue<Row>(
  host: Pick<PartHost<unknown>, 'pool' | 'log' | 'metrics'>,
  name: string,
  { most, everyMs, lease, handle, untilDue }: LeasedWork<Row>,
): LeasedQueue {
  const metrics = leasedRowMetrics(host.metrics);
  const stopping = new AbortController();
  const { signal } = stopping;
  const inHand = new Map<Key, Promise<void>>();
  const looking = repeatedWork(host, { [name]: { everyMs, run: look } });

  async function look(): Promise<Next> {
    const room = most - inHand.size;
    if (room === 0) return undefined;
    const rows = await lease(room, [...inHand.keys()]);
    for (const row of rows) {
      const done = work(row).finally(() => {
        inHand.delete(row.key);
        looking.wake(name);
      });
      inHand.set(row.key, done);
    }
    // Whatever ends of what is in hand wakes it.
    if (rows.length === room || untilDue === undefined) return undefined;
    return Math.min(Math.max((await untilDue()) ?? everyMs, LEAST_MS), everyMs);
  }

  async function work(row: Leased<Row>): Promise<void> {
    const began = performance.now();
    const secondsSince = () => (performance.now() - began) / 1_000;
    try {
      await handle(row, signal);
      metrics.handled(name, secondsSince());
    } catch (err) {
      if (signal.aborted) return;
      metrics.failed(name, secondsSince());
      const { key, attempt } = row;
      host.log.error({ err, queue: name, key, attempt }, 'a row failed: it comes again after its lease');
    }
  }

  return {
    open: looking.open,
    close: async () => {
      stopping.abort();
      await looking.close();
      await Promise.all(inHand.values());
    },
    wake: () => looking.wake(name),
  };
}
