import { servicesOf } from '../choose/late-marks.ts';
import type { Side } from '../control/route-table.ts';
import type { Settling } from '../match/match.ts';
import type { RoutedRequest } from './routed-request.ts';

/**
 * Links that must have passed a write that `side` answered with `status` before its answer goes out; null: none. While a fence is open
 * by which a service gets its first users, the link to it counts too: what is answered behind the fence's marker would otherwise be
 * missing where its user reads next.
 */
export function linksToAwait(request: RoutedRequest, side: Side, status: number): string[][] | null {
  const { safe, worker } = request;
  if (safe || status < 200 || status >= 400) return null;
  const { waves, starting } = settlingOf(request, side);
  const first = starting.filter(({ service }) =>
    worker.holds.fences.some((fence) => fence.service === service),
  );
  const all = first.length > 0 ? [...waves, first.map(({ link }) => link)] : waves;
  return all.length > 0 ? all : null;
}

/** By the table that applies now: users may have moved since the request was sent on. */
function settlingOf({ match, compiled, worker, req }: RoutedRequest, side: Side): Settling {
  const { matcher } = worker.compiled;
  const [method, target] = [req.method as string, req.url as string];
  if (match === null) return matcher.unmoved(method, target);
  const now = compiled === worker.compiled ? match : (matcher.find(method, target) ?? match);
  const { settle } = now.route.route;
  return { waves: settle[side], starting: settle.starting ?? [] };
}

/**
 * Waits until the other side has the write; when that takes too long the writer's reads stay on this side: those of the
 * route's service, or of each service that reads what a route of the monolith has written. What others read where it may be
 * missing is marked. Resolves to false when the writer's reads after the answer may lack the write: nobody could be pinned, or
 * not in all workers.
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
  const writer = verified?.state === 'valid' ? consumer : null;
  const services = match === null ? servicesOf(waves) : [match.route.route.service];
  return worker.pins.late(writer, services, side, waves, worker.compiled.table.version);
}
