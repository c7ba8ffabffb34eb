import type { Order } from './order.ts';
import type { Side } from './route-table.ts';

/** Links that must have passed a write that `side` answered with `status` before its answer goes out; null: none. */
export function wavesToSettle({ safe, match }: Order, side: Side, status: number): string[][] | null {
  if (safe || match === null || status < 200 || status >= 400) return null;
  const waves = match.route.route.settle[side];
  return waves.length > 0 ? waves : null;
}

/** Waits until the other side has the write; when that takes too long the writer's reads stay on this side. */
export async function settleWrite(order: Order, side: Side, waves: string[][]): Promise<void> {
  const { core, live, match, verified, consumer } = order;
  const settled = await core.settled(waves, live.table.settleMs);
  core.stats.counts.settled++;
  if (settled) return;
  core.stats.counts.settleTimeouts++;
  if (verified?.state === 'valid' && consumer !== null)
    core.pins.pin(consumer, match!.route.route.service, side, waves);
}
