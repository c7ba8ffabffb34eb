import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Verified } from '../authenticate/tokens.ts';
import type { Decision, RequestAttributes } from '../choose/choose.ts';
import type { Side } from '../control/route-table.ts';
import type { Verdict } from '../limit/rate-limit.ts';
import type { Match } from '../match/match.ts';
import type { Cell } from '../observe/stats.ts';
import type { RequestTrace } from '../observe/tracing/trace.ts';
import type { Forwarded } from '../receive/headers.ts';
import type { RequestBody } from '../receive/request-body.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { CompiledTable } from '../worker/compiled-table.ts';
import type { WorkerContext } from '../worker/worker-context.ts';

/** A request that has been decided and is not held. */
export type RoutedRequest = {
  worker: WorkerContext;
  compiled: CompiledTable;
  req: IncomingMessage;
  res: ServerResponse;
  /** Nothing that an upstream may take it for is a write. */
  safe: boolean;
  /** May be run twice, whatever an upstream takes it for. */
  idempotent: boolean;
  forwarded: Forwarded;
  body: RequestBody;
  bodyLimit: number;
  verified: Verified | null;
  /** Null when nobody is known. */
  consumer: string | null;
  /** What is left to the consumer. Null when nobody is limited. */
  limit: Verdict | null;
  /** Whose places at the upstreams it takes. */
  client: string;
  decision: Decision;
  /** Null when no route matched. */
  match: Match | null;
  /** The route whose rows the request may touch: the one that matched, or for a write that none did, one of its path. */
  touches: Match | null;
  /** Null when `touches` is. */
  attributes: RequestAttributes | null;
  /** A read that may be pinned to the other side, by a pin that this worker does not know. */
  maybeStale: boolean;
  /** Null: not recorded. */
  trace: RequestTrace | null;
};

export function upstreamOf({ compiled, match }: RoutedRequest, side: Side): Upstream {
  return side === 'monolith' ? compiled.monolith : compiled.services.get(match!.route.route.service)!;
}

/** Where outcomes of the request on this side are counted. */
export function cellOf({ worker, compiled, match }: RoutedRequest, side: Side): Cell {
  return match === null ? worker.stats.unmatched[side] : compiled.cells[match.route.index]![side];
}

/** A request's headers as this side gets them: with a token that it knows, and the attempt's trace. */
export function headersOf(
  {
    compiled,
    match,
    forwarded,
    verified,
  }: Pick<RoutedRequest, 'compiled' | 'match' | 'forwarded' | 'verified'>,
  side: Side,
  traceparent?: string,
): string[] {
  const { list, authorizationAt, traceparentAt } = forwarded;
  const service = side === 'monolith' ? null : match!.route.route.service;
  const exchanged = compiled.tokens.authorizationFor(verified, service);
  if (exchanged === null && traceparent === undefined) return list;
  const copy = list.slice();
  if (exchanged !== null && authorizationAt === -1) copy.push('authorization', exchanged);
  else if (exchanged !== null) copy[authorizationAt] = exchanged;
  if (traceparent !== undefined) copy[traceparentAt] = traceparent;
  return copy;
}
