import { FULL_SHARE, STAGES, type Stage, type Target } from '@banyan/plan/stages';
import {
  type Control,
  ControlError,
  type DatabasesReport,
  type LinkStatus,
  type ServiceStatus,
  type VerificationRun,
} from '../control/control.ts';
import { noSuchService } from '../control/operations/no-such-service.ts';

/**
 * A control plane in memory, for tests of the API and the CLI. Each `status()` is one tick: a service goes one stage,
 * a copy half of its rows, towards the target.
 */
export class FakeControl implements Control {
  readonly calls: unknown[][] = [];
  readonly services: Record<string, ServiceStatus> = { auth: aStatus('auth'), users: aStatus('users') };
  /** What the next verifications end in. */
  verdict: 'CONSISTENT' | 'INCONSISTENT' = 'CONSISTENT';
  /** Rows that they compare. */
  rows = 20_000;
  /** Called before each tick; to make things go wrong. */
  onTick: (services: Record<string, ServiceStatus>) => void = () => {};
  #runs = new Map<number, VerificationRun>();

  async status() {
    this.onTick(this.services);
    for (const service of Object.values(this.services)) tick(service);
    return {
      system: 'shop',
      plan: {},
      routeTableVersion: 12,
      gatewayWorkers: 2,
      unwell: [],
      databases: { used: 8, leftovers: 0, unreachable: 0, lookedAt: '2026-01-02T03:04:05.000Z' },
      services: structuredClone(Object.values(this.services)),
    };
  }

  async databases(service: string | null): Promise<DatabasesReport> {
    this.calls.push(['databases', service]);
    if (service !== null) this.#get(service);
    return {
      things: [
        {
          where: 'monolith.database',
          kind: 'slot',
          name: 'banyan_auth_forward',
          service: 'auth',
          stage: 'copying',
          state: 'used',
          remove: null,
        },
        {
          where: 'monolith.database',
          kind: 'publication',
          name: 'banyan_auth_reverse',
          service: 'auth',
          stage: 'shadowing',
          state: 'leftover',
          remove: 'DROP PUBLICATION "banyan_auth_reverse"',
        },
      ],
      unreachable: [{ where: 'services.users.database', why: 'ECONNREFUSED' }],
    };
  }

  async plan(service: string | null, target: Target | null) {
    this.calls.push(['plan', service, target]);
    if (service !== null) this.#get(service);
    const lossless = { verdict: 'lossless', details: [] } as const;
    const lossy = {
      verdict: 'lossy',
      details: ['users.preferences: the monolith has no such column'],
    } as const;
    const steps = [
      {
        order: 1,
        what: 'enter copying',
        from: 'monolith',
        to: 'copying',
        fenced: false,
        rollbackImpact: structuredClone({ ...lossless, details: [] as string[] }),
      },
      {
        order: 2,
        what: 'fenced step: hold, drain, barrier, switch',
        from: 'copying',
        to: 'canary 10%',
        fenced: true,
        rollbackImpact: { verdict: lossy.verdict, details: [...lossy.details] },
      },
    ];
    return Object.fromEntries(
      (service ? [service] : Object.keys(this.services)).map((name) => [name, steps]),
    );
  }

  async advance(service: string, target: Target | null, options: { force?: boolean }) {
    this.calls.push(['advance', service, target, options]);
    const status = this.#get(service);
    if (status.stage === 'retired')
      throw new ControlError('retired', 409, `'${service}' is retired`, 'there is no way back');
    status.target = target ?? { stage: 'canary', share: 100 };
    status.paused = null;
    return structuredClone(status);
  }

  async rollback(service: string, reason: string, options: { force?: boolean } = {}) {
    this.calls.push(['rollback', service, reason, ...(options.force ? ['force'] : [])]);
    const status = this.#get(service);
    status.target = { stage: 'monolith', share: 0 };
    status.message = reason;
    return structuredClone(status);
  }

  async pause(service: string, reason: string) {
    this.calls.push(['pause', service, reason]);
    const status = this.#get(service);
    status.paused = reason || 'paused by an operator';
    return structuredClone(status);
  }

  async resume(service: string) {
    this.calls.push(['resume', service]);
    const status = this.#get(service);
    if (status.paused === null)
      throw new ControlError('not_paused', 409, `'${service}' is not paused`, `banyan status ${service}`);
    status.paused = null;
    return structuredClone(status);
  }

  async startVerification(service: string, repair: boolean) {
    this.calls.push(['verify', service, repair]);
    this.#get(service);
    const id = this.#runs.size + 1;
    this.#runs.set(id, {
      id,
      service,
      state: 'queued',
      rowsDone: 0,
      rowsTotal: this.rows,
      repaired: 0,
      tables: [],
      error: null,
    });
    return { id };
  }

  async verification(id: number) {
    const run = this.#runs.get(id);
    if (!run)
      throw new ControlError('no_such_verification', 404, `there is no verification ${id}`, 'start one');
    run.state = 'running';
    run.rowsDone = Math.min(run.rowsTotal, run.rowsDone + 5_000);
    if (run.rowsDone === run.rowsTotal) {
      const inconsistent = this.verdict === 'CONSISTENT' ? 0 : 3;
      run.state = 'done';
      run.tables = [
        {
          table: 'public.users',
          verdict: this.verdict,
          rows: run.rowsTotal,
          missingInNew: 0,
          missingInLegacy: 0,
          inconsistent,
          verifiedAt: new Date(0).toISOString(),
          sample: inconsistent ? [{ key: ['7'] }] : [],
        },
      ];
    }
    return structuredClone(run);
  }

  async mismatches(service: string, limit: number) {
    this.calls.push(['mismatches', service, limit]);
    this.#get(service);
    const answer = (body: string) => ({ status: 200, headers: {}, body });
    return [
      {
        id: 3,
        service,
        route: 'GET /users/me',
        at: '2026-01-02T03:04:05.000Z',
        curl: "curl -H 'authorization: [redacted]' 'http://127.0.0.1:8080/users/me'",
        differences: [{ pointer: '/full_name', monolith: 'Ann Lee', service: 'Ann  Lee' }],
        monolith: answer('{"full_name":"Ann Lee"}'),
        service_answer: answer('{"full_name":"Ann  Lee"}'),
      },
    ].slice(0, limit);
  }

  async failures(service: string | null, limit: number) {
    this.calls.push(['failures', service, limit]);
    if (service !== null) this.#get(service);
    return [
      {
        id: 9,
        service: service ?? '',
        route: service === null ? '(unmatched)' : 'GET /users/me',
        side: 'service',
        method: 'GET',
        reason: 'unhealthy instance',
        at: '2026-01-02T03:04:05.000Z',
      },
    ].slice(0, limit) as Awaited<ReturnType<Control['failures']>>;
  }

  async retire(service: string) {
    this.calls.push(['retire', service]);
    const status = this.#get(service);
    if (status.stage !== 'migrated')
      throw new ControlError(
        'not_migrated',
        409,
        `'${service}' is not migrated`,
        `banyan advance ${service} --to migrated first`,
      );
    status.target = { stage: 'retired', share: FULL_SHARE };
    return structuredClone(status);
  }

  async steps(service: string | null, limit: number) {
    this.calls.push(['steps', service, limit]);
    const at = '2026-01-02T03:04:05.000Z';
    return [
      {
        id: 2,
        service: 'auth',
        from: 'shadowing',
        to: 'canary 1%',
        outcome: 'failed',
        fenceMs: 2_000,
        reason: 'the barrier was not reached within 2000 ms',
        startedAt: at,
        endedAt: at,
      },
      {
        id: 1,
        service: 'auth',
        from: 'monolith',
        to: 'copying',
        outcome: 'done',
        fenceMs: null,
        reason: '',
        startedAt: at,
        endedAt: at,
      },
    ].slice(0, limit) as Awaited<ReturnType<Control['steps']>>;
  }

  #get(service: string): ServiceStatus {
    const status = this.services[service];
    if (status) return status;
    throw noSuchService(service, Object.keys(this.services));
  }
}

function tick(status: ServiceStatus): void {
  const { target } = status;
  const forward = status.links[0]!;
  if (status.paused !== null) return;
  if (
    status.stage === 'copying' &&
    rankOf(target.stage) > rankOf('copying') &&
    forward.rowsCopied < forward.rowsTotal
  ) {
    forward.state = 'copying';
    forward.rowsCopied += forward.rowsTotal / 2;
    forward.rowsPerSecond = 10_000;
    forward.secondsLeft = (forward.rowsTotal - forward.rowsCopied) / 10_000;
    return;
  }
  if (rankOf(status.stage) !== rankOf(target.stage)) {
    const up = rankOf(target.stage) > rankOf(status.stage);
    status.stage = up ? STAGES[rankOf(status.stage) + 1]! : target.stage;
    status.share =
      status.stage === 'migrated' || status.stage === 'retired'
        ? FULL_SHARE
        : status.stage === 'canary'
          ? 100
          : 0;
    if (up) status.message = `entered ${status.stage}`;
  } else status.share = target.share;
  forward.state =
    status.stage === 'monolith' || status.stage === 'retired'
      ? 'off'
      : status.stage === 'copying'
        ? 'copying'
        : 'streaming';
}

function rankOf(stage: Stage): number {
  return STAGES.indexOf(stage);
}

export function aStatus(service: string): ServiceStatus {
  return {
    service,
    stage: 'monolith',
    share: 0,
    target: { stage: 'monolith', share: 0 },
    paused: null,
    message: '',
    reason: '',
    findings: [],
    together: [],
    unwell: [],
    since: '2026-01-02T03:04:05.000Z',
    links: [aLink(`${service}.forward`), aLink(`${service}.reverse`)],
    draining: false,
    verification: [],
    evidence: {
      seconds: 12,
      requests: { monolith: 1_204, service: 96 },
      failures: { monolith: 0, service: 1 },
      rescued: 1,
      reasons: { monolith: {}, service: { 'status 500': 1 } },
      p95Ms: { monolith: 10, service: 5 },
      p95Over: { monolith: false, service: false },
      compared: 40,
      mismatched: 0,
      recent: {
        seconds: 12,
        requests: { monolith: 1_204, service: 96 },
        failures: { monolith: 0, service: 1 },
      },
      keys: { seen: 61, inShare: 1 },
      refused: 0,
      excused: 0,
    },
    rollbackImpact: { verdict: 'lossless', details: [] },
  };
}

function aLink(link: string): LinkStatus {
  return {
    link,
    state: 'off',
    lagBytes: 0,
    lagMs: 3,
    lagP99Ms: 9,
    resting: null,
    rowsCopied: 0,
    rowsTotal: 20_000,
    rowsPerSecond: 0,
    secondsLeft: null,
    rowsApplied: 0,
    conflicts: 0,
    refusedMessages: 0,
    retainedBytes: 0,
    error: null,
  };
}
