import { servicesOf } from '../choose/read-pins.ts';
import type { Side } from '../control/route-table.ts';
import type { Order } from './routed-request.ts';

/** Links that must have passed a write that `side` answered with `status` before its answer goes out; null: none. */
export function wavesToSettle(
  { safe, match, live, req }: Order,
  side: Side,
  status: number,
): string[][] | null {
  if (safe || status < 200 || status >= 400) return null;
  const waves =
    match === null
      ? live.matcher.settles(req.method as string, req.url as string)
      : match.route.route.settle[side];
  return waves.length > 0 ? waves : null;
}

/**
 * Waits until the other side has the write; when that takes too long the writer's reads stay on this side: those of the
 * route's service, or of each service that reads what a route of the monolith has written. Resolves to false when reads
 * after the answer may lack the write: nobody could be pinned, or not in all workers.
 */
export async function settleWrite(order: Order, side: Side, waves: string[][]): Promise<boolean> {
  const { core, live, match, verified, consumer } = order;
  const settled = await core.settled(waves, live.table.settleMs);
  core.stats.counts.settled++;
  if (settled) return true;
  core.stats.counts.settleTimeouts++;
  if (verified?.state !== 'valid' || consumer === null) return false;
  const services = match === null ? servicesOf(waves) : [match.route.route.service];
  return core.pins.pin(consumer, services, side, waves, core.live.table.version);
}
