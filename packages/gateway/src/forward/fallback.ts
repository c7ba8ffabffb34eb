import { choose } from '../choose/choose.ts';
import type { Side } from '../control/route-table.ts';
import type { Order } from './routed-request.ts';

/** How long a read's rescue waits until the other side has what the failed one had, ms. */
const SETTLE_MS = 500;

export type Readiness = 'ready' | 'stale' | 'no';

/** Waits until the other side can answer for `side`, which has failed. `stale`: it may lack what that one said yes to. */
export function readyToRescue(order: Order, side: Side): Promise<Readiness> {
  return order.safe ? readyToRead(order, side) : readyToWrite(order, side);
}

/** An answer that may be old, and says so, is better than none. */
async function readyToRead({ core, match }: Order, side: Side): Promise<Readiness> {
  const link = `${match!.route.route.service}.${side === 'service' ? 'reverse' : 'forward'}`;
  return (await core.settled([[link]], SETTLE_MS)) ? 'ready' : 'stale';
}

/** The other side may run it once it has everything, if no fence is open over its key and the table is the same. */
async function readyToWrite({ core, live, match, facts }: Order, side: Side): Promise<Readiness> {
  const { route, service } = match!.route;
  if (!(await core.settled(route.settle[side], live.table.settleMs))) return 'no';
  const { hold } = choose(route, service, facts!, core.gate.fences, core.gate.leased);
  return hold === null && live === core.live ? 'ready' : 'no';
}
