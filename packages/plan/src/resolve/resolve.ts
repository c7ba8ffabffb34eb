import type { ClientLimits, Issuer, KeySource } from '@banyan/gateway';
import type { TableMapping } from '@banyan/replication';
import { Value } from 'typebox/value';
import { assertValidPlan } from '../checks/validate.ts';
import { RolloutSchema } from '../schema/rollout.ts';
import { parseTarget } from '../stages.ts';
import type { Plan, PlanRoute, PlanService, RolloutPolicy } from '../types.ts';
import { parseKey, parseRoute, qualifyTable } from './notation.ts';

/** A plan with every default filled in and every notation parsed: what all code but the validation works on. */
export type ResolvedPlan = {
  name: string;
  monolith: {
    origins: string[];
    database: string;
    /** Path of the health check; null when there is none. */
    health: string | null;
    timeoutMs: number;
    signAs: string | null;
    writeLocks: boolean;
    cascades: 'carry' | 'refuse';
    /** As which it writes; null: as the owner of each table. */
    role: string | null;
  };
  control: {
    database: string;
    host: string;
    port: number;
    /** null: the one kept in .banyan/token. */
    token: string | null;
  };
  gateway: {
    host: string;
    port: number;
    workers: number;
    adminPort: number;
    issuers: Issuer[];
    /** null: it signs no tokens for services. */
    signing: { issuer: string; privateKeys: string[] } | null;
    /** null: not known. */
    trustedHops: number | null;
    rateLimit: { perMinute: number; perHour: number } | null;
    bodyBytes: number;
    clients: Required<ClientLimits>;
    override: { header: string; roles: string[] } | null;
  };
  /** In the order of the plan. */
  services: Record<string, ResolvedService>;
  /** Routes of the monolith whose writes some service reads; tables as schema.table. */
  unmoved: { method: string; path: string; writes: string[] }[];
};

export type ResolvedService = {
  name: string;
  origins: string[];
  /** null: it takes over no table, so that nobody asks its database for anything. */
  database: string | null;
  health: string | null;
  timeoutMs: number;
  salt: string;
  /** Issuers whose tokens it verifies itself; null: it takes all as they come. */
  accepts: string[] | null;
  routes: ResolvedRoute[];
  tables: TableMapping[];
  /** URL of the module that says what events changes of its rows are; null: none. */
  facts: string | null;
  rollout: ResolvedRollout;
};

export type ResolvedRoute = {
  /** 'PUT /api/v1/users/:id': method in upper case, one space. Unique over all services. */
  id: string;
  method: string;
  path: string;
  service: string;
  key: KeySource;
  auth: 'required' | 'optional' | 'none';
  /** GET, HEAD, OPTIONS: may be repeated on the other side. */
  safe: boolean;
  /** Legacy tables it writes as schema.table; null when the plan does not say. */
  writes: string[] | null;
  onMonolith: boolean;
  rescueUnsafe: boolean;
  settle: boolean;
  shadow: boolean;
  ignore: { fields?: string[]; arrayOrder?: string[]; headers?: string[] };
  bodySchema: unknown;
};

/** A rollout policy with its steps in basis points, ascending. */
export type ResolvedRollout = Omit<RolloutPolicy, 'steps'> & { steps: number[] };

/** As the schema has them. */
export const ROLLOUT_DEFAULTS = Value.Default(RolloutSchema, {}) as Readonly<RolloutPolicy>;

/** What the gateway has as its own defaults. */
const CLIENT_LIMITS = {
  connections: 1_024,
  places: 256,
  waitMs: 10_000,
  uploadIdleMs: 10_000,
  downloadIdleMs: 30_000,
};

/** Validates a plan and fills in its defaults. Throws PlanError with every error found. */
export function resolvePlan(plan: Plan): ResolvedPlan {
  assertValidPlan(plan);
  const { monolith, control, gateway } = plan;
  return {
    name: plan.name,
    monolith: {
      origins: originsOf(monolith.url),
      database: monolith.database,
      health: monolith.health === undefined ? '/health' : monolith.health,
      timeoutMs: monolith.timeoutMs ?? 30_000,
      signAs: monolith.signAs ?? null,
      writeLocks: monolith.writeLocks ?? true,
      cascades: monolith.cascades ?? 'carry',
      role: monolith.role ?? null,
    },
    control: {
      database: control.database,
      host: control.host ?? '127.0.0.1',
      port: control.port ?? 7070,
      token: control.token ?? null,
    },
    gateway: {
      host: gateway.host ?? '127.0.0.1',
      port: gateway.port ?? 8080,
      workers: gateway.workers ?? 2,
      adminPort: gateway.adminPort ?? 7071,
      issuers: (gateway.issuers ?? []).map((issuer) => ({ ...issuer })),
      signing: resolveSigning(gateway.signing),
      trustedHops: gateway.trustedHops ?? null,
      rateLimit: gateway.rateLimit === undefined ? { perMinute: 1_000, perHour: 60_000 } : gateway.rateLimit,
      bodyBytes: gateway.bodyBytes ?? 1_048_576,
      clients: { ...CLIENT_LIMITS, ...gateway.clients },
      override: resolveOverride(gateway.override),
    },
    services: Object.fromEntries(
      Object.entries(plan.services).map(([name, service]) => [name, resolveService(name, service, plan)]),
    ),
    unmoved: (plan.unmoved ?? []).map(({ route, writes }) => {
      const { method, path } = parseRoute(route)!;
      return { method, path, writes: writes.map(qualifyTable) };
    }),
  };
}

/** The databases of a plan by their paths in it. */
export function databasesOf(plan: ResolvedPlan): [where: string, url: string][] {
  return [
    ['monolith.database', plan.monolith.database],
    ['control.database', plan.control.database],
    ...Object.values(plan.services).flatMap(({ name, database }): [string, string][] =>
      database === null ? [] : [[`services.${name}.database`, database]],
    ),
  ];
}

/** A service that takes tables over; the others have no links, and nothing to copy, to drain or to verify. */
export type LinkedService = ResolvedService & { database: string };

export function isLinked(service: ResolvedService): service is LinkedService {
  return service.tables.length > 0;
}

function resolveService(name: string, service: PlanService, plan: Plan): ResolvedService {
  return {
    name,
    origins: originsOf(service.url),
    database: service.database ?? null,
    health: service.health === undefined ? '/health/ready' : service.health,
    timeoutMs: service.timeoutMs ?? 10_000,
    salt: service.salt ?? name,
    accepts: service.accepts ?? null,
    routes: service.routes.map((route) => resolveRoute(name, route)),
    tables: service.tables ?? [],
    facts: service.facts ?? null,
    rollout: resolveRollout(plan.rollout, service.rollout),
  };
}

function resolveRoute(service: string, route: PlanRoute): ResolvedRoute {
  const { id, method, path } = parseRoute(route.route)!;
  const onMonolith = route.onMonolith ?? true;
  const comparable = method === 'GET' || method === 'HEAD';
  const safe = comparable || method === 'OPTIONS';
  const key = parseKey(route.key)!;
  return {
    id,
    method,
    path,
    service,
    key,
    auth: route.auth ?? 'required',
    safe,
    writes: route.writes?.map(qualifyTable) ?? null,
    onMonolith,
    rescueUnsafe: route.rescueUnsafe ?? false,
    settle: !safe && (route.settle ?? key.from === 'none'),
    shadow: onMonolith && comparable && (route.shadow ?? true),
    ignore: route.ignore ?? {},
    bodySchema: route.bodySchema,
  };
}

function resolveRollout(...policies: (Partial<RolloutPolicy> | undefined)[]): ResolvedRollout {
  const policy: RolloutPolicy = { ...ROLLOUT_DEFAULTS };
  for (const part of policies) {
    for (const [name, value] of Object.entries(part ?? {})) {
      if (value !== undefined) Object.assign(policy, { [name]: value });
    }
  }
  return { ...policy, steps: policy.steps.map((step) => parseTarget(step)!.share) };
}

function resolveSigning(signing: Plan['gateway']['signing']): ResolvedPlan['gateway']['signing'] {
  if (signing === undefined) return null;
  const { issuer, privateKey, otherKey } = signing;
  return { issuer, privateKeys: [privateKey, ...(otherKey === undefined ? [] : [otherKey])] };
}

function resolveOverride(override: Plan['gateway']['override']): ResolvedPlan['gateway']['override'] {
  if (override === undefined) return { header: 'x-banyan-side', roles: ['admin', 'tester'] };
  return override && { header: override.header.toLowerCase(), roles: override.roles };
}

function originsOf(url: string | string[]): string[] {
  return [url].flat().map((one) => new URL(one).origin);
}
