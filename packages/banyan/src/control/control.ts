import type { Fingerprints } from '@banyan/plan/fingerprint';
import type { Stage, Target } from '@banyan/plan/stages';
import type { InstalledKind } from '@banyan/replication';

/** What the API serves and the CLI prints. Everything is JSON; times are ISO 8601 in UTC. */

export type ServiceStatus = {
  service: string;
  stage: Stage;
  share: number;
  target: Target;
  paused: string | null;
  message: string;
  /** Why it goes where it goes, or went back. */
  reason: string;
  since: string;
  /** What has to be fixed before the first key moves, e.g. routes whose requests carry no key. */
  findings: string[];
  /** The other services that leave in one step with it. */
  together: string[];
  unwell: UnwellInstance[];
  links: LinkStatus[];
  /** Its stage has no more use for a link that still brings what was committed before, or is not removed yet. */
  draining: boolean;
  verification: TableVerification[];
  evidence: Evidence;
  rollbackImpact: RollbackImpact;
};

export type LinkStatus = {
  link: string; // 'auth.forward'
  state: 'off' | 'preparing' | 'copying' | 'streaming' | 'reconnecting' | 'failed' | 'removing';
  lagBytes: number;
  lagMs: number;
  lagP99Ms: number;
  rowsCopied: number;
  rowsTotal: number;
  rowsPerSecond: number;
  secondsLeft: number | null;
  rowsApplied: number;
  conflicts: number;
  /** Messages with Banyan's prefix in the source's log that were not Banyan's, since the applier started. */
  refusedMessages: number;
  retainedBytes: number;
  /** What it does beside bringing changes, and why copying, verification or a backfill goes on at the least pace only; null: nothing. */
  resting: string | null;
  error: string | null;
};

export type TableVerification = {
  table: string;
  verdict: 'CONSISTENT' | 'MISSING_IN_NEW' | 'MISSING_IN_LEGACY' | 'INCONSISTENT' | 'UNKNOWN';
  rows: number;
  missingInNew: number;
  missingInLegacy: number;
  inconsistent: number;
  verifiedAt: string | null;
  sample: unknown[];
};

/** Since the present share began, for an hour at most. */
export type Evidence = {
  seconds: number;
  requests: Sides<number>;
  failures: Sides<number>;
  /** Why requests failed: how many by reason. */
  reasons: Sides<Record<string, number>>;
  rescued: number;
  /** Upper bound of the bucket that holds it; null without requests, 10,000 also for all above it. */
  p95Ms: Sides<number | null>;
  /** p95 is over the 10,000 ms that p95Ms says. */
  p95Over: Sides<boolean>;
  compared: number;
  mismatched: number;
  /** In the last half minute. */
  recent: { seconds: number; requests: Sides<number>; failures: Sides<number> };
  /** Different keys of the service's routes that were seen since its extraction began, and how many the share holds. */
  keys: { seen: number; inShare: number };
  /** Writes of others that the service's lock on the monolith has refused since the first key moved. */
  refused: number;
  /** Those that it has refused to the monolith's own jobs, which the plan names; they are not in `refused`. */
  excused: number;
};

export type Sides<T> = { monolith: T; service: T };

/** An instance that health checks find unwell, by how many of the gateway's live workers. */
export type UnwellInstance = { url: string; why: string; workers: number; of: number };

/** A request that failed on a side. */
export type FailureRecord = {
  id: number;
  service: string;
  route: string;
  side: 'monolith' | 'service';
  method: string;
  reason: string;
  at: string;
};

/** What going back to the monolith would cost. */
export type RollbackImpact = { verdict: 'lossless' | 'lossy' | 'refused'; details: string[] };

export type PlannedStep = {
  order: number;
  what: string;
  from: string;
  to: string;
  fenced: boolean;
  rollbackImpact: RollbackImpact;
};

export type StepRecord = {
  id: number;
  service: string;
  from: string;
  to: string;
  outcome: 'running' | 'done' | 'failed';
  fenceMs: number | null;
  reason: string;
  startedAt: string;
  endedAt: string | null;
};

export type MismatchRecord = {
  id: number;
  service: string;
  route: string;
  at: string;
  curl: string;
  differences: unknown;
  monolith: unknown;
  service_answer: unknown;
};

/** Something that Banyan has put into a database of the plan, or that it left there. */
export type PlacedThing = {
  /** The database's path in the plan. */
  where: string;
  kind: InstalledKind;
  /** Of a trigger: `name on schema.table`. */
  name: string;
  service: string | null;
  /** The stage that puts it there; null: the start of Banyan does. */
  stage: Stage | null;
  /** `used`: goes with its stage. `kept`: stays until somebody removes it. `leftover`: nothing needs it any more. */
  state: 'used' | 'kept' | 'leftover';
  /** The statement that removes it; null while it is used. */
  remove: string | null;
};

export type DatabasesReport = { things: PlacedThing[]; unreachable: { where: string; why: string }[] };

/** As of the last look into the databases. */
export type DatabasesSummary = { used: number; leftovers: number; unreachable: number; lookedAt: string };

/** The control plane as the HTTP API exposes it; `controller` implements it, `api` serves it, the CLI calls it. */
export interface Control {
  status(): Promise<{
    system: string;
    /** Of the plan that runs, keyed with the token. */
    plan: Fingerprints;
    routeTableVersion: number;
    gatewayWorkers: number;
    /** Instances of the monolith. */
    unwell: UnwellInstance[];
    /** What lies in the plan's databases; null: not looked yet. */
    databases: DatabasesSummary | null;
    services: ServiceStatus[];
  }>;
  /** Looks what Banyan has put into the plan's databases, of one service or of all. */
  databases(service: string | null): Promise<DatabasesReport>;
  /** Dry run: ordered steps from where the service is to the target, each with the impact of a rollback from there. */
  plan(service: string | null, target: Target | null): Promise<Record<string, PlannedStep[]>>;
  /** Sets the target; null: the next stop. Throws ControlError on illegal moves. */
  advance(service: string, target: Target | null, options: { force?: boolean }): Promise<ServiceStatus>;
  /** `force`: also while a service with users is made of what it tells. */
  rollback(service: string, reason: string, options?: { force?: boolean }): Promise<ServiceStatus>;
  /** Stays where it is until `resume` or `advance`; going back is always possible. */
  pause(service: string, reason: string): Promise<ServiceStatus>;
  /** Goes on to the target it had, with evidence from now on. */
  resume(service: string): Promise<ServiceStatus>;
  /** Starts a full verification, resolves with its id; poll `verification(id)`. */
  startVerification(service: string, repair: boolean): Promise<{ id: number }>;
  verification(id: number): Promise<VerificationRun>;
  mismatches(service: string, limit: number): Promise<MismatchRecord[]>;
  /** The last requests that failed, newest first; null: those that no route of the plan matches. */
  failures(service: string | null, limit: number): Promise<FailureRecord[]>;
  /** `force`: also while tables of the monolith refer to the service's rows, or triggers of it name its tables. */
  retire(service: string, options?: { force?: boolean }): Promise<ServiceStatus>;
  steps(service: string | null, limit: number): Promise<StepRecord[]>;
}

export type VerificationRun = {
  id: number;
  service: string;
  state: 'queued' | 'running' | 'done' | 'failed';
  rowsDone: number;
  rowsTotal: number;
  repaired: number;
  tables: TableVerification[];
  error: string | null;
};

/** Stable codes; the API answers them as RFC 9457 problems, the CLI prints message and hint. */
export class ControlError extends Error {
  readonly code: string;
  readonly status: number;
  readonly hint: string;
  constructor(code: string, status: number, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
    this.hint = hint;
  }
}
