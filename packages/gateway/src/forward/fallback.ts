import { choose } from '../choose/choose.ts';
import type { Side } from '../control/route-table.ts';
import type { RoutedRequest } from './routed-request.ts';

/** How long a read's rescue waits until the other side has what the failed one had, ms. */
const SETTLE_MS = 500;

export type Readiness = 'ready' | 'stale' | 'no';

/** Waits until the other side can answer for `side`, which has failed. `stale`: it may lack what that one said yes to. */
export function readyForFallback(request: RoutedRequest, side: Side): Promise<Readiness> {
  return request.safe ? readyToRead(request, side) : readyToWrite(request, side);
}

/** An answer that may be old, and says so, is better than none. */
async function readyToRead({ worker, match }: RoutedRequest, side: Side): Promise<Readiness> {
  const link = `${match!.route.route.service}.${side === 'service' ? 'reverse' : 'forward'}`;
  return (await worker.replicated([[link]], SETTLE_MS)) ? 'ready' : 'stale';
}

/** The other side may run it once it has everything, if no fence is open over its key and the table is the same. */
async function readyToWrite(
  { worker, compiled, match, attributes }: RoutedRequest,
  side: Side,
): Promise<Readiness> {
  const { route, service } = match!.route;
  if (!(await worker.replicated(route.settle[side], compiled.table.settleMs))) return 'no';
  const { hold } = choose(route, service, attributes!, worker.holds.fences, worker.holds.leased);
  return hold === null && compiled === worker.compiled ? 'ready' : 'no';
}
