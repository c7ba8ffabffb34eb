import { BUCKETS, isServiceBucket } from '@banyan/cohort';
import type { Fence, Route, ServiceState, Side } from '../control/route-table.ts';

/** What of a request matters to the decision. Buckets are 0..9999. */
export type RequestAttributes = {
  /** GET, HEAD, OPTIONS, TRACE. A protocol upgrade counts as unsafe: what follows on it cannot be seen. */
  safe: boolean;
  /** Bucket of the route's key; null when the route has none or the request does not carry it. */
  key: number | null;
  /** Text of the key as it came; null when there is none. */
  keyText: string | null;
  /** It names somebody as its key, and it cannot be told whom. */
  unclear: boolean;
  /** Bucket of whoever asks, for reads without a key; null when unknown. */
  sticky: number | null;
  /** Side a tester asked for. */
  override: Side | null;
  /** Side this consumer's reads are pinned to, because a write of theirs may not have arrived on the other. */
  pinned: Side | null;
};

export type Decision = {
  side: Side;
  /** The side that may answer when `side` fails; for unsafe requests only when they provably did not run. */
  fallback: Side | null;
  shadow: boolean;
  /** Why the request has to wait: an open fence over its key, or a worker whose lease ran out. */
  hold: 'fence' | 'lease' | null;
  /** The side has no such endpoint. */
  notFound: boolean;
};

/**
 * Decides where a request goes. Pure: the same arguments give the same decision in every worker.
 *
 * - A keyed request goes to the side of its key, read or write.
 * - A write without a key goes to the monolith below 100 % and to the service at 100 %.
 * - A read without a key follows whoever asks, and the monolith when nobody is known.
 * - A tester's override moves safe requests only: a write on the wrong side would be a conflict.
 */
export function choose(
  route: Route,
  service: ServiceState,
  attributes: RequestAttributes,
  fences: readonly Fence[],
  leased: boolean,
): Decision {
  const side = sideOf(route, service.share, attributes);
  const serviceOnly = !route.onMonolith;
  return {
    side,
    fallback: fallbackOf(route, side, attributes.safe),
    shadow:
      attributes.safe &&
      route.shadow &&
      route.onMonolith &&
      attributes.override === null &&
      route.mode !== 'migrated',
    hold: attributes.safe ? null : holdOf(route, attributes.key, fences, leased),
    notFound: serviceOnly && side === 'monolith',
  };
}

/** The side of the user's cohort, whatever becomes of this request; null where there are no cohorts, or nobody is known. */
export function cohortOf(route: Route, share: number, attributes: RequestAttributes): Side | null {
  const bucket = attributes.key ?? attributes.sticky;
  if (route.mode !== 'hybrid' || bucket === null) return null;
  return isServiceBucket(share, bucket) ? 'service' : 'monolith';
}

/** Would this fence move the requests of this bucket (null: no key) from one side to the other? */
export function changes(fence: Fence, key: number | null): boolean {
  const low = Math.min(fence.fromShare, fence.toShare);
  const high = Math.max(fence.fromShare, fence.toShare);
  if (low === high) return false;
  return key === null ? high >= BUCKETS : key >= low && key < high;
}

/** Is the cohort by which a read is answered moving to the other side, as far as this worker knows? */
export function isMoving(
  route: Route,
  { key, sticky }: RequestAttributes,
  fences: readonly Fence[],
): boolean {
  const bucket = key ?? sticky;
  return fences.some((fence) => fence.service === route.service && changes(fence, bucket));
}

function sideOf(route: Route, share: number, attributes: RequestAttributes): Side {
  if (route.mode === 'migrated') return 'service';
  if (attributes.safe && attributes.override !== null) return attributes.override;
  if (route.mode === 'monolith') return 'monolith';
  if (isPinned(route, attributes)) return attributes.pinned!;
  if (attributes.key !== null) return isServiceBucket(share, attributes.key) ? 'service' : 'monolith';
  if (share >= BUCKETS) return 'service';
  if (!attributes.safe) return 'monolith';
  // A service-only read that belongs to nobody (keys, metadata) has nowhere else to go.
  if (!route.onMonolith) return 'service';
  return isServiceBucket(share, attributes.sticky) ? 'service' : 'monolith';
}

/** Nobody is pinned to a side that cannot answer: what was written there may be missing in the answer of the other one (`isBehind`). */
function isPinned(route: Route, { safe, pinned }: RequestAttributes): boolean {
  return safe && pinned !== null && (route.onMonolith || pinned === 'service');
}

/** Is this read answered where what its reader has just written may not have arrived? */
export function isBehind(route: Route, attributes: RequestAttributes): boolean {
  return (
    route.mode === 'hybrid' && attributes.safe && attributes.pinned !== null && !isPinned(route, attributes)
  );
}

function fallbackOf(route: Route, side: Side, safe: boolean): Side | null {
  if (route.mode !== 'hybrid' || side !== 'service' || !route.onMonolith) return null;
  return safe || route.unsafeFallback === 'not-run' ? 'monolith' : null;
}

function holdOf(
  route: Route,
  key: number | null,
  fences: readonly Fence[],
  leased: boolean,
): Decision['hold'] {
  if (route.mode === 'migrated') return null; // no way back, so no fence can be open that we do not know of
  if (!leased) return 'lease';
  for (const fence of fences) if (fence.service === route.service && changes(fence, key)) return 'fence';
  return null;
}
