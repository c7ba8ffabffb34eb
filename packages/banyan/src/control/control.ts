import type { Stage, Target } from '../stage/stages.ts';

/** What the API serves and the CLI prints. Everything is JSON; times are ISO 8601 in UTC. */

export type ServiceStatus = {
  service: string;
  stage: Stage;
  share: number;
  target: Target;
  paused: string | null;
  message: string;
  since: string;
  links: LinkStatus[];
  verification: TableVerification[];
  evidence: Evidence;
  priceOfGoingBack: Price;
};

export type LinkStatus = {
  link: string; // 'auth.forward'
  state: 'off' | 'preparing' | 'copying' | 'streaming' | 'reconnecting' | 'failed';
  lagBytes: number;
  lagMs: number;
  lagP99Ms: number;
  rowsCopied: number;
  rowsTotal: number;
  rowsPerSecond: number;
  secondsLeft: number | null;
  rowsApplied: number;
  conflicts: number;
  retainedBytes: number;
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

/** Since the present share began. */
export type Evidence = {
  seconds: number;
  requests: { monolith: number; service: number };
  failures: { monolith: number; service: number };
  rescued: number;
  p95Ms: { monolith: number; service: number };
  compared: number;
  mismatched: number;
};

export type Price = { verdict: 'lossless' | 'lossy' | 'refused'; details: string[] };

export type PlannedStep = {
  order: number;
  what: string;
  from: string;
  to: string;
  fenced: boolean;
  price: Price;
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

/** The control plane as the HTTP API exposes it; `controller` implements it, `api` serves it, the CLI calls it. */
export interface Control {
  status(): Promise<{
    system: string;
    routeTableVersion: number;
    gatewayWorkers: number;
    services: ServiceStatus[];
  }>;
  /** Dry run: ordered steps from where the service is to the target, each with the price of going back from there. */
  plan(service: string | null, target: Target | null): Promise<Record<string, PlannedStep[]>>;
  /** Sets the target; null: the next stop. Throws ControlError on illegal moves. */
  advance(service: string, target: Target | null, options: { force?: boolean }): Promise<ServiceStatus>;
  rollback(service: string, reason: string): Promise<ServiceStatus>;
  /** Starts a full verification, resolves with its id; poll `verification(id)`. */
  startVerification(service: string, repair: boolean): Promise<{ id: number }>;
  verification(id: number): Promise<VerificationRun>;
  mismatches(service: string, limit: number): Promise<MismatchRecord[]>;
  retire(service: string): Promise<ServiceStatus>;
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

/** Stable codes; the API answers them as RFC 9457 problems, the CLI prints message and mend. */
export class ControlError extends Error {
  readonly code: string;
  readonly status: number;
  readonly mend: string;
  constructor(code: string, status: number, message: string, mend: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
    this.mend = mend;
  }
}
