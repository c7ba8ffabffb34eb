import type { Issuer } from '@banyan/gateway';
import type { TableMapping } from '@banyan/replication';

/**
 * The plan: what `banyan.config.ts` exports. It names the monolith, the services that leave it, their routes and
 * tables, and how fast and on what evidence users move.
 */
export type Plan = {
  /** Name of the system, letters, digits and dashes. */
  name: string;
  monolith: {
    /** Origins of the running monolith, e.g. http://127.0.0.1:8000. */
    url: string | string[];
    /** Connection URL of its database; a role that may replicate. */
    database: string;
    /** Path answered with 2xx when it is healthy; null turns active checks off. Default '/health'. */
    health?: string | null;
    /** Milliseconds until the gateway gives up waiting for headers. Default 30 000. */
    timeoutMs?: number;
    /** Issuer (of `gateway.issuers`) whose HS256 secret signs what foreign tokens are exchanged for. */
    signAs?: string;
    /** Triggers on the monolith's tables that refuse UPDATE and DELETE of rows it no longer owns. Default true. */
    writeLocks?: boolean;
  };
  control: {
    /** Database that remembers stages, fences and evidence. */
    database: string;
    /** Where the control plane's API listens. Default 127.0.0.1:7070. */
    host?: string;
    port?: number;
    /** Bearer token of the API. Default: a random one, kept in .banyan/token (mode 600). */
    token?: string;
  };
  gateway: {
    host?: string; // default 127.0.0.1
    port?: number; // default 8080
    workers?: number; // default 2
    /** Loopback port of /metrics (Prometheus, all workers summed) and /healthz. Default 7071. */
    adminPort?: number;
    issuers?: Issuer[];
    rateLimit?: { perMinute: number; perHour: number } | null; // default 1,000 and 10,000
    bodyBytes?: number; // default 1 MiB
    /** Header with which a tester picks a side, and the token roles that may. Default x-banyan-side for admin, tester. */
    override?: { header: string; roles: string[] } | null;
  };
  services: Record<string, PlanService>;
  rollout?: Partial<RolloutPolicy>;
};

export type PlanService = {
  url: string | string[];
  database: string;
  health?: string | null; // default '/health/ready'
  timeoutMs?: number; // default 10 000
  salt?: string; // default the service's name
  routes: PlanRoute[];
  tables: TableMapping[];
  rollout?: Partial<RolloutPolicy>;
};

export type PlanRoute = {
  /** 'METHOD /path/:param' */
  route: string;
  /** 'token.sub' | 'params.id' | 'header.x-user' | 'cookie.session' | 'none' */
  key: string;
  auth?: 'required' | 'optional' | 'none'; // default required
  /** Legacy tables that the route writes ('public.users' or 'users'); checked against the tables' owners. */
  writes?: string[];
  /** Does the monolith have it? Default true. */
  onMonolith?: boolean;
  /** May an unsafe request that provably did not run be answered by the other side? Default false. */
  rescueUnsafe?: boolean;
  /**
   * Hold the answer to a write until the other side has applied it. Default: for writes without a key. Say true for a
   * keyed write whose effect a request without a key depends on, such as a change of password and the next login.
   */
  settle?: boolean;
  /** Compare safe requests in shadowing. Default true for GET and HEAD that the monolith has. */
  shadow?: boolean;
  ignore?: { fields?: string[]; arrayOrder?: string[]; headers?: string[] };
  bodySchema?: unknown;
};

/** On what evidence users move, and how fast. */
export type RolloutPolicy = {
  /** Shares to stop at, e.g. ['1%', '10%', '50%', '100%']. */
  steps: string[];
  /** Seconds to watch a share before the next. Default 60. */
  observeSeconds: number;
  /** Requests on the service's side to have seen before the next share. Default 50. */
  minRequests: number;
  /** Answers compared in shadowing before the first share. Default 50. */
  minCompared: number;
  /** Failures of the service's side allowed, as a ratio, above the monolith's own. Default 0.01. */
  maxFailureRatio: number;
  /** Mismatches allowed, as a ratio of compared answers. Default 0. */
  maxMismatchRatio: number;
  /** Service p95 allowed, as a multiple of the monolith's p95 (never judged under 200 ms;
   * where too few requests go to the monolith to compare with, 1 s is allowed). Default 2. */
  maxLatencyRatio: number;
  /** Lag of every link allowed before a step, ms. Default 1 000. */
  maxLagMs: number;
  /** Time limit of a fenced step, ms. Default 2 000. */
  fenceLimitMs: number;
  /** Age of the last verification allowed before a step, s. Default 300; before retire 86 400. */
  maxVerificationAgeSeconds: number;
  /**
   * Rows per second that copying may read from the monolith, so that its users notice nothing. After each range it also
   * rests twice as long as the range took. Default 20 000.
   */
  copyRowsPerSecond: number;
  /** Rows per second that verification may read on each side; it also rests five times as long as a range took. Default 50 000. */
  verifyRowsPerSecond: number;
  /** What failing evidence does. Default 'rollback'. */
  onFailure: 'rollback' | 'pause';
};

export type { TableMapping };
