import { servicesOf } from '../choose/read-pins.ts';
import type { Side } from '../control/route-table.ts';
import type { RoutedRequest } from './routed-request.ts';

/** Links that must have passed a write that `side` answered with `status` before its answer goes out; null: none. */
export function linksToAwait(
  { safe, match, compiled, req }: RoutedRequest,
  side: Side,
  status: number,
): string[][] | null {
  if (safe || status < 200 || status >= 400) return null;
  const waves =
    match === null
      ? compiled.matcher.settles(req.method as string, req.url as string)
      : match.route.route.settle[side];
  return waves.length > 0 ? waves : null;
}

/**
 * Waits until the other side has the write; when that takes too long the writer's reads stay on this side: those of the
 * route's service, or of each service that reads what a route of the monolith has written. Resolves to false when reads
 * after the answer may lack the write: nobody could be pinned, or not in all workers.
 */
export async function awaitReplication(
  request: RoutedRequest,
  side: Side,
  waves: string[][],
): Promise<boolean> {
  const { worker, compiled, match, verified, consumer } = request;
  const settled = await worker.replicated(waves, compiled.table.settleMs);
  worker.stats.counts.settled++;
  if (settled) return true;
  worker.stats.counts.settleTimeouts++;
  if (verified?.state !== 'valid' || consumer === null) return false;
  const services = match === null ? servicesOf(waves) : [match.route.route.service];
  return worker.pins.pin(consumer, services, side, waves, worker.compiled.table.version);
}
