import type { ClientLimits, HealthChecks, Issuer, KeySource } from '@banyan/gateway';
import type { TableMapping } from '@banyan/replication';
import { assertValidPlan } from '../checks/validate.ts';
import { ContextSchema } from '../schema/context.ts';
import { filled } from '../schema/filled.ts';
import { PlanSchema, RouteSchema, ServiceSchema } from '../schema/plan.ts';
import { RolloutSchema } from '../schema/rollout.ts';
import { parseTarget } from '../stages.ts';
import type { Plan, PlanContext, PlanPhase, PlanRoute, PlanService, RolloutPolicy } from '../types.ts';
import { parseKey, parseRoute, qualifyTable } from './notation.ts';
import { leavingTogether } from './together.ts';

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
    /** Names of connections of its own jobs. */
    jobs: string[];
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
    healthChecks: HealthChecks;
    clients: Required<ClientLimits>;
    override: { header: string; roles: string[] } | null;
  };
  /** In the order of the plan. */
  services: Record<string, ResolvedService>;
  /** By name, in the order of the plan. */
  contexts: Record<string, ResolvedContext>;
  /** In the order of the plan. */
  phases: PlanPhase[];
  /** Routes of the monolith whose writes some service reads, or whose bodies are checked; tables as schema.table. */
  unmoved: { method: string; path: string; writes: string[]; bodySchema: unknown }[];
};

export type ResolvedService = {
  name: string;
  origins: string[];
  /** null: it takes over no table, so that nobody asks its database for anything. */
  database: string | null;
  health: string | null;
  timeoutMs: number;
  salt: string;
  /** All that leave in one step with it, itself included, sorted; it alone if nobody does. */
  together: string[];
  /** Issuers whose tokens it verifies itself; null: it takes all as they come. */
  accepts: string[] | null;
  routes: ResolvedRoute[];
  tables: TableMapping[];
  /** URL of the module that says what events changes of its rows are; null: none. */
  facts: string | null;
  /** Streams of its event store begin with the rows of the copy. */
  beginStreams: boolean;
  /** URL of the module that exports it; null: not known. */
  module: string | null;
  rollout: ResolvedRollout;
};

/** Tables as schema.table. */
export type ResolvedContext = Required<Omit<PlanContext, 'service'>> & {
  /** null: it is in the monolith. */
  service: string | null;
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
  /** Largest request body; null: as the gateway has it. */
  bodyBytes: number | null;
};

/** A rollout policy with its steps in basis points, ascending. */
export type ResolvedRollout = Omit<RolloutPolicy, 'steps'> & { steps: number[] };

/** As the schema has them. */
export const ROLLOUT_DEFAULTS: Readonly<RolloutPolicy> = filled(RolloutSchema, {});

/** Validates a plan and fills in its defaults, which the schema has. Throws PlanError with every error found. */
export function resolvePlan(given: Plan): ResolvedPlan {
  assertValidPlan(given);
  const plan = filled(PlanSchema, given);
  return {
    name: plan.name,
    monolith: resolveMonolith(plan.monolith),
    control: resolveControl(plan.control),
    gateway: resolveGateway(plan.gateway),
    services: Object.fromEntries(
      Object.entries(plan.services).map(([name, service]) => [name, resolveService(name, service, plan)]),
    ),
    contexts: Object.fromEntries(
      Object.entries(plan.contexts).map(([name, context]) => [name, resolveContext(name, context, plan)]),
    ),
    phases: plan.phases,
    unmoved: plan.unmoved.map(({ route, writes = [], bodySchema }) => {
      const { method, path } = parseRoute(route)!;
      return { method, path, writes: writes.map(qualifyTable), bodySchema };
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

function resolveMonolith(given: Plan['monolith']): ResolvedPlan['monolith'] {
  const { url, signAs = null, role = null, ...monolith } = filled(PlanSchema.properties.monolith, given);
  return { ...monolith, origins: originsOf(url), signAs, role };
}

function resolveControl(given: Plan['control']): ResolvedPlan['control'] {
  const { token = null, ...control } = filled(PlanSchema.properties.control, given);
  return { ...control, token };
}

function resolveGateway(given: Plan['gateway']): ResolvedPlan['gateway'] {
  const { properties } = PlanSchema.properties.gateway;
  const {
    issuers,
    signing,
    trustedHops = null,
    healthChecks = {},
    clients = {},
    override,
    ...gateway
  } = filled(PlanSchema.properties.gateway, given);
  return {
    ...gateway,
    issuers: issuers.map((issuer) => ({ ...issuer })),
    signing: resolveSigning(signing),
    trustedHops,
    healthChecks: filled(properties.healthChecks, healthChecks),
    clients: filled(properties.clients, clients),
    override: override && { header: override.header.toLowerCase(), roles: override.roles },
  };
}

function resolveService(name: string, given: PlanService, plan: Plan): ResolvedService {
  const service = filled(ServiceSchema, given);
  const together = leavingTogether(name, plan.services);
  return {
    name,
    origins: originsOf(service.url),
    database: service.database ?? null,
    health: service.health,
    timeoutMs: service.timeoutMs,
    salt: service.salt ?? together.join('+'),
    together,
    accepts: service.accepts ?? null,
    routes: service.routes.map((route) => resolveRoute(name, route)),
    tables: service.tables,
    facts: service.facts ?? null,
    beginStreams: service.beginStreams,
    module: service.module ?? null,
    rollout: resolveRollout(plan.rollout, service.rollout),
  };
}

function resolveContext(name: string, given: PlanContext, { services }: Plan): ResolvedContext {
  const context = filled(ContextSchema, given);
  const { title = name, service = Object.hasOwn(services, name) ? name : null } = context;
  return { ...context, title, service, tables: context.tables.map(qualifyTable) };
}

function resolveRoute(service: string, given: PlanRoute): ResolvedRoute {
  const route = filled(RouteSchema, given);
  const { id, method, path } = parseRoute(route.route)!;
  const { onMonolith, rescueUnsafe, auth } = route;
  const comparable = method === 'GET' || method === 'HEAD';
  const safe = comparable || method === 'OPTIONS';
  const key = parseKey(route.key)!;
  return {
    id,
    method,
    path,
    service,
    key,
    auth,
    safe,
    writes: route.writes?.map(qualifyTable) ?? null,
    onMonolith,
    rescueUnsafe,
    settle: !safe && (route.settle ?? key.from === 'none'),
    shadow: onMonolith && comparable && (route.shadow ?? true),
    ignore: route.ignore ?? {},
    bodySchema: route.bodySchema,
    bodyBytes: route.bodyBytes ?? null,
  };
}

/** The last policy that says something counts. */
function resolveRollout(...policies: (Partial<RolloutPolicy> | undefined)[]): ResolvedRollout {
  const said = policies.map((policy = {}) =>
    Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== undefined)),
  );
  const policy = filled(RolloutSchema, Object.assign({}, ...said));
  return { ...policy, steps: policy.steps.map((step) => parseTarget(step)!.share) };
}

function resolveSigning(signing: Plan['gateway']['signing']): ResolvedPlan['gateway']['signing'] {
  if (signing === undefined) return null;
  const { issuer, privateKey, otherKey } = signing;
  return { issuer, privateKeys: [privateKey, ...(otherKey === undefined ? [] : [otherKey])] };
}

function originsOf(url: string | string[]): string[] {
  return [url].flat().map((one) => new URL(one).origin);
}
