import type { Mode, Route, Side } from '../../control/route-table.ts';
import type { ErrorCode } from '../../errors.ts';
import type { Forwarded } from '../../receive/headers.ts';

/** Where spans of requests go. Where they go nowhere there is none of this, and a request costs one look. */
export interface Tracing {
  /**
   * Decides, once for the request, whether it is recorded; null: it is not. In either case `forwarded.traceparent` says
   * afterwards what was decided.
   */
  begin(forwarded: Forwarded, method: string, target: string, route: Route | null): RequestTrace | null;
  /** Sends what is still to be sent. Never rejects. */
  close(): Promise<void>;
}

/** The span of a request that is recorded, from its arrival to its answer. */
export interface RequestTrace {
  decided(mode: Mode, side: Side, cohort: Side | null): void;
  held(ms: number): void;
  /** The other side answers instead. */
  rescued(side: Side): void;
  /** The gateway itself answers, with a problem. */
  refused(code: ErrorCode): void;
  /** A request to an upstream begins. */
  attempt(call: UpstreamCall): AttemptTrace;
  /** `status` is null when the client went away before it had its answer. */
  ended(status: number | null): void;
}

export type UpstreamCall = {
  side: Side;
  /** The upstream's name. */
  upstream: string;
  /** Its instance. */
  url: string;
  method: string;
  /** How many went before it. */
  resends: number;
  /** Compares answers; nobody waits for it. */
  shadow: boolean;
};

/** The span of one request to an upstream. */
export interface AttemptTrace {
  /** For the upstream: its spans are children of this one. */
  readonly traceparent: string;
  answered(status: number): void;
  ended(): void;
  failed(code: string): void;
}
