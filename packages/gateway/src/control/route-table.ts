import type { SigningKeys } from '../authenticate/token-signer.ts';
import type { ClientLimits } from '../limit/client-limits.ts';
import type { FailureReason } from '../observe/outcome-reasons.ts';
import type { RouteKeysSeen } from '../observe/route-keys.ts';

/**
 * The versioned route table: all that a gateway worker needs to decide about a request. Written by the control
 * plane as one JSON document per version; a worker acts on exactly one version at a time.
 */

export type Side = 'monolith' | 'service';
export type Mode = 'monolith' | 'hybrid' | 'migrated';

/** Where a route's key comes from. `none`: the request belongs to no single key (register, login, lists). */
export type KeySource =
  | { from: 'token'; claim: string } // e.g. sub
  | { from: 'param'; name: string } // path parameter, e.g. id of /users/:id
  | { from: 'header'; name: string }
  | { from: 'cookie'; name: string }
  /** Owner of the row of a mapped table that the path names: `column` where `matches` is the path parameter `param`. */
  | { from: 'lookup'; table: string; column: string; matches: string; param: string }
  | { from: 'none' };

/** Whose is the row of the service's `table` (schema.table in the monolith) in which `matches` is `value`? */
export type KeyQuestion = {
  service: string;
  table: string;
  column: string;
  matches: string;
  value: string;
};

/** `none`: there is no such row on either side. `unclear`: it cannot be told now. */
export type LookedUpKey = { state: 'found'; key: string } | { state: 'none' } | { state: 'unclear' };

export type HealthChecks = {
  /** Between two checks of an instance, and how long one may take. */
  intervalMs: number;
  /** So many in a row that fail take it out. */
  unhealthyAfter: number;
  /** So many in a row that are well take it in again. */
  healthyAfter: number;
};

export type Upstream = {
  /** Origins such as http://127.0.0.1:4001, used round-robin. */
  instances: string[];
  /** Active health check; null turns it off. Passive ejection is always on. */
  health: (HealthChecks & { path: string }) | null;
  timeoutMs: number;
};

export type Route = {
  /** Unique and stable, e.g. 'PUT /api/v1/users/me'. Used in metrics, mismatches and the CLI. */
  id: string;
  method: string; // upper case, or '*'
  /** find-my-way pattern, e.g. /api/v1/users/:id */
  path: string;
  service: string;
  key: KeySource;
  mode: Mode;
  /** Does the monolith have this endpoint at all? A service-only route is 404 for keys on the monolith's side. */
  onMonolith: boolean;
  auth: 'required' | 'optional' | 'none';
  /** Compare safe requests with the other side (stage shadowing). */
  shadow: boolean;
  /**
   * May a failed request be answered by the other side? Safe methods: always in hybrid. Unsafe ones: 'not-run' allows it
   * when the request provably did not run (refused connection) and the other side has everything; 'never' gives 503.
   */
  unsafeFallback: 'not-run' | 'never';
  /**
   * For writes that settle: links that must have passed the write before its response is released, in waves. `starting` are links to
   * services of which nobody reads yet: they are waited for while the step is under way that moves a service's first users.
   */
  settle: { monolith: string[][]; service: string[][]; starting?: StartingLink[] };
  limits?: { bodyBytes?: number; timeoutMs?: number };
  /** JSON schema of the request's body, checked before forwarding. */
  bodySchema?: unknown;
  /** Fields (JSON pointers with * for any array index), order and headers that a comparison ignores. */
  ignore?: { fields?: string[]; arrayOrder?: string[]; headers?: string[] };
  /** Extracted and proven dead: answer 410 with a Sunset header. */
  sunset?: string | null;
};

export type StartingLink = { service: string; link: string };

export type ServiceState = {
  upstream: Upstream;
  /** Share of keys on the service's side in basis points, 0..10000. */
  share: number;
  salt: string;
  /**
   * Names of issuers whose tokens the service verifies itself; a valid token of any other is replaced by one of the
   * gateway's. Absent: all tokens go to it as they came.
   */
  accepts?: string[];
  /**
   * No link brings rows to it: it hears of them by events, and its answers may be so far behind, in milliseconds. A comparison waits
   * so long for them to agree. Absent: it has links, and they tell when it has caught up.
   */
  mayLagMs?: number;
};

type AnyIssuer = {
  name: string;
  /** The `iss` claim; empty or absent means tokens that carry none (as many a legacy system's do). */
  issuer?: string;
  audience?: string;
  /** Scheme of the Authorization header that its tokens come with. Default Bearer. */
  scheme?: string;
  /** Header of their own that they come in instead, without a scheme. */
  header?: string;
  /** Cookie that they come in instead. */
  cookie?: string;
  /** How far its clock may be apart from ours, seconds. Default 5. */
  leewaySeconds?: number;
  /**
   * Whether others may be signed in the place of its tokens. Default true. False for tokens that say what they may be used for: whoever
   * gets another one does not know it.
   */
  exchange?: boolean;
};

export type Issuer = AnyIssuer &
  (
    | { algorithm: 'HS256'; secret: string }
    | {
        algorithm: 'JWKS';
        jwksUrl: string;
        /** Signature algorithms accepted from this issuer; default RS256, ES256, EdDSA. Never a symmetric one. */
        algorithms?: string[];
      }
  );

export type RouteTable = {
  version: number;
  monolith: Upstream & {
    /** Issuer whose HS256 secret signs the token a foreign token is exchanged for on its way to the monolith. */
    signAs: string | null;
  };
  services: Record<string, ServiceState>;
  routes: Route[];
  /**
   * Routes that stay on the monolith: the links that must have passed a write of theirs before it is answered, and the JSON
   * Schema of what they take.
   */
  unmoved?: {
    method: string;
    path: string;
    settle: string[][];
    starting?: StartingLink[];
    bodySchema?: unknown;
  }[];
  issuers: Issuer[];
  /** With what the gateway signs tokens for services. Null or absent: it signs none. */
  signing?: SigningKeys | null;
  rateLimit: { perMinute: number; perHour: number } | null;
  /**
   * Proxies of ours in front of the gateway: so many addresses from the right are believed. Undefined: not said, so that
   * nobody is limited by address.
   */
  trustedHops?: number;
  /** Largest body and header block of a request, in bytes. `headerBytes` is read once, when a worker starts. */
  limits: { bodyBytes: number; headerBytes: number };
  /** How long a write may be held at a fence or for settling before 503 / release. */
  holdMs: number;
  settleMs: number;
  /** Header by which a tester with a valid token of role `tester`/`admin` picks a side: x-banyan-side. */
  override: { header: string; roles: string[] } | null;
  /** What one client may take of a worker. */
  clients?: ClientLimits;
  /** How much of the shadowable traffic is compared. Default: all of it, 32 at once, bodies up to 256 KiB. */
  shadow?: ShadowLimits;
};

export type ShadowLimits = {
  /** Share of shadowable requests that are compared, 0..1. */
  sampleRate?: number;
  maxConcurrent?: number;
  /** A longer answer on either side is not compared (and counted as such). */
  maxBodyBytes?: number;
  /** While the p95 of a worker's users is above this multiple of what it was before, few are compared. Default 1.5. */
  restAboveRatio?: number;
};

/** Open fence: writes of keys whose side differs between `fromShare` and `toShare` wait. */
export type Fence = {
  id: string;
  service: string;
  fromShare: number;
  toShare: number;
  /** Milliseconds left when it was read; the worker counts on its own monotonic clock. */
  remainingMs: number;
};

/** What the gateway needs from the control plane. `packages/gateway` has a PostgreSQL and an in-memory one. */
export interface ControlSource {
  /** Current table and open fences, read in one transaction. */
  load(): Promise<{ table: RouteTable; fences: Fence[] }>;
  /** Calls back on any change of tables or fences. */
  subscribe(onChange: () => void): Promise<void>;
  ackFence(fenceId: string, inFlightAtAck: number): Promise<void>;
  /** Compare-and-set holding → aborted; returns the fence's final state. */
  abortFence(fenceId: string): Promise<'aborted' | 'committed'>;
  /**
   * Extends this worker's lease and tells which version it acts on and which instances are unwell; rejects when the
   * control database is away.
   */
  heartbeat(version: number, unhealthy: UnhealthyInstance[]): Promise<{ leaseMs: number }>;
  /** Waits until each wave of links has passed what is committed now. Resolves false on timeout. */
  settle(waves: string[][], timeoutMs: number): Promise<boolean>;
  /** Rejects when nobody answers in time. */
  lookup(question: KeyQuestion, timeoutMs: number): Promise<LookedUpKey>;
  /** Batched outcomes for the rollout's evidence, and the failures among them. */
  reportOutcomes(report: OutcomeReport): Promise<void>;
  storeMismatch(mismatch: Mismatch): Promise<void>;
  /** Where workers share their pins; null when this source has one worker only. */
  readonly pins: PinStore | null;
  /** Gives the lease back (nothing is in flight any more) and closes connections. */
  close(): Promise<void>;
}

/** Pins that all workers share; their changes are numbered in the order in which they can be seen. */
export interface PinStore {
  /** A worker that has not looked for so long does not know all pins. */
  readonly leaseMs: number;
  /**
   * Writes pins of consumers' reads of services, and marks, and returns the number of the change. Not `pinned`: they would be more than
   * `most` pins, and the marks only were written, which do not count.
   */
  write(late: {
    pins: Pick<PinRow, 'consumer' | 'service' | 'side'>[];
    version: number;
    forMs: number;
    most: number;
  }): Promise<{ seq: number; pinned: boolean }>;
  /** Ends these, as far as nobody has written them anew. */
  lift(pins: Pick<PinRow, 'consumer' | 'service' | 'seq'>[]): Promise<void>;
  /** What has changed after number `since`, and the newest number. */
  changes(since: number): Promise<{ seq: number; rows: PinRow[] }>;
  /** This worker acts on all pins up to this number. */
  ack(seq: number): Promise<void>;
  /** Number up to which every worker with a lease acts on the pins. */
  seenByAll(): Promise<number>;
}

export type PinRow = {
  /** A hash; or `*` and links that are waited for: a mark for all whose reads the other side answers. */
  consumer: string;
  service: string;
  side: Side;
  seq: number;
  /** Of the route table under which it was written. */
  version: number;
  /** Not above 0: it has ended. */
  remainingMs: number;
};

/** Counts of one route on one side since the last report. Latencies in ms as a sparse histogram. */
export type OutcomeBatch = {
  service: string;
  route: string;
  side: Side;
  version: number;
  requests: number;
  failures: number; // 5xx, timeouts, refused connections, also if rescued
  rescued: number;
  compared: number;
  mismatched: number;
  /** upper bound in ms → count */
  latency: Record<string, number>;
  /** why the failures were some → count */
  reasons: Partial<Record<FailureReason, number>>;
};

/** One request that failed on a side, as the operator is shown it: by its route, never with its path or contents. */
export type FailedRequest = {
  /** '' when no route matched. */
  service: string;
  route: string;
  side: Side;
  method: string;
  reason: FailureReason;
  at: string;
};

/** What a worker tells once a second. */
export type OutcomeReport = {
  outcomes: OutcomeBatch[];
  failures: FailedRequest[];
  /** Buckets of keys seen, of services that have new ones: 10,000 times 0 or 1. */
  keys: { service: string; buckets: string }[];
  /** Of routes that are still the monolith's: do requests carry their keys, and which? */
  routeKeys: RouteKeysSeen[];
};

/** An instance that a worker's health checks find unwell. */
export type UnhealthyInstance = {
  /** 'monolith' or a service. */
  upstream: string;
  url: string;
  why: string;
};

export type Mismatch = {
  service: string;
  route: string;
  at: string;
  version: number;
  /** curl command, secrets redacted. */
  curl: string;
  differences: { pointer: string; monolith: unknown; service: unknown }[];
  answers: Record<Side, { status: number; headers: Record<string, string>; body: string }>;
};
