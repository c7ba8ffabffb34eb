import type { Mode, Route, RouteTable, Upstream } from '@banyan/gateway';
import { isLinked, type ResolvedPlan, type ResolvedRoute, type ResolvedService } from './resolve/resolve.ts';
import { FULL_SHARE, linksOf, type Stage } from './stages.ts';

/** Where each service stands; a service that is missing stands at the monolith. */
export type ServiceStates = Record<string, { stage: Stage; share: number }>;

const HEADER_BYTES = 16_384;
const SETTLE_MS = 2_000;
/** A worker waits a little longer than a fence lasts, so that it is the fence's outcome that ends the wait. */
const HOLD_MARGIN_MS = 1_000;

/**
 * The route table of a plan whose services stand in these stages. Pure: the same plan, states and version give the
 * same table.
 */
export function buildRouteTable(plan: ResolvedPlan, states: ServiceStates, version: number): RouteTable {
  const services = Object.values(plan.services);
  return {
    version,
    monolith: { ...upstreamOf(plan, plan.monolith), signAs: plan.monolith.signAs },
    services: Object.fromEntries(
      services.map((service) => [
        service.name,
        {
          upstream: upstreamOf(plan, service),
          share: shareOf(stateOf(states, service)),
          salt: service.salt,
          ...(service.accepts === null ? {} : { accepts: service.accepts }),
          // Nothing tells when it has heard of what its links would have brought.
          ...(isLinked(service) ? {} : { mayLagMs: service.rollout.maxLagMs }),
        },
      ]),
    ),
    routes: services.flatMap((service) => service.routes.map((route) => buildRoute(plan, states, route))),
    unmoved: plan.unmoved.map(({ method, path, writes, bodySchema }) => ({
      method,
      path,
      settle: withoutEmpty([forwardLinks(readersOf(plan, states, writes))]),
      ...startingOf(plan, states, writes),
      ...(bodySchema === undefined ? {} : { bodySchema }),
    })),
    issuers: plan.gateway.issuers,
    signing: plan.gateway.signing,
    rateLimit: plan.gateway.rateLimit,
    trustedHops: plan.gateway.trustedHops ?? undefined,
    clients: plan.gateway.clients,
    limits: { bodyBytes: plan.gateway.bodyBytes, headerBytes: HEADER_BYTES },
    holdMs: Math.max(0, ...services.map((service) => service.rollout.fenceLimitMs)) + HOLD_MARGIN_MS,
    settleMs: SETTLE_MS,
    override: plan.gateway.override,
    // A worker's users are those of all services: the most careful of them counts.
    shadow: { restAboveRatio: Math.min(...services.map(({ rollout }) => rollout.restAboveRatio)) },
  };
}

/** 'schema.table' of every legacy table that a service maps. */
function legacyTablesOf(service: ResolvedService): string[] {
  return [...new Set(service.tables.map(({ legacy }) => `${legacy.schema}.${legacy.table}`))];
}

function buildRoute(plan: ResolvedPlan, states: ServiceStates, route: ResolvedRoute): Route {
  const { stage } = stateOf(states, { name: route.service });
  return {
    id: route.id,
    method: route.method,
    path: route.path,
    service: route.service,
    key: route.key,
    mode: modeOf(stage),
    onMonolith: route.onMonolith,
    auth: route.auth,
    shadow: route.shadow && stage === 'shadowing',
    unsafeFallback: route.rescueUnsafe ? 'not-run' : 'never',
    settle: settleWaves(plan, states, route),
    ignore: route.ignore,
    ...(route.bodySchema === undefined ? {} : { bodySchema: route.bodySchema }),
    ...(route.bodyBytes === null ? {} : { limits: { bodyBytes: route.bodyBytes } }),
  };
}

/**
 * Links that must have passed a settling write before it is answered, so that its user's next request finds it on
 * either side. A write on the service reaches the monolith first (wave 1) and from there the other services that take
 * columns of the tables it writes (wave 2); a write on the monolith reaches all of them at once.
 */
function settleWaves(plan: ResolvedPlan, states: ServiceStates, route: ResolvedRoute): Route['settle'] {
  if (!route.settle) return { monolith: [], service: [] };
  const own = plan.services[route.service]!;
  const written = route.writes ?? legacyTablesOf(own);
  const onService = answersReads(stateOf(states, own).stage)
    ? [
        isLinked(own) ? [`${own.name}.reverse`] : [],
        forwardLinks(readersOf(plan, states, written).filter(({ name }) => name !== own.name)),
      ]
    : [];
  const onMonolith = [forwardLinks(readersOf(plan, states, written))];
  return {
    monolith: withoutEmpty(onMonolith),
    service: withoutEmpty(onService),
    ...startingOf(plan, states, written),
  };
}

/** Services on which somebody may read what was written to these tables of the monolith. */
function readersOf(plan: ResolvedPlan, states: ServiceStates, written: string[]): ResolvedService[] {
  return takersOf(plan, written).filter((service) => answersReads(stateOf(states, service).stage));
}

/** Services on which nobody reads it yet, and the next step may be the one after which somebody does. */
function startingOf(
  plan: ResolvedPlan,
  states: ServiceStates,
  written: string[],
): Pick<Route['settle'], 'starting'> {
  const starting = takersOf(plan, written).filter(
    (service) => stateOf(states, service).stage === 'shadowing',
  );
  if (starting.length === 0) return {};
  return { starting: starting.map(({ name }) => ({ service: name, link: `${name}.forward` })) };
}

function takersOf(plan: ResolvedPlan, written: string[]): ResolvedService[] {
  return Object.values(plan.services).filter((service) =>
    legacyTablesOf(service).some((table) => written.includes(table)),
  );
}

function forwardLinks(services: ResolvedService[]): string[] {
  return services.map(({ name }) => `${name}.forward`);
}

/** Only then can somebody read from the service what was written elsewhere; before, there is nobody to wait for. */
function answersReads(stage: Stage): boolean {
  return linksOf(stage).reverse;
}

function withoutEmpty(waves: string[][]): string[][] {
  return waves.filter((wave) => wave.length > 0);
}

function modeOf(stage: Stage): Mode {
  switch (stage) {
    case 'monolith':
    case 'copying':
    case 'shadowing':
      return 'monolith';
    case 'canary':
    case 'migrated':
      return 'hybrid';
    case 'retired':
      return 'migrated';
  }
}

/** The stage decides; the stored share counts in canary only, so no pair of the two can contradict itself. */
function shareOf({ stage, share }: { stage: Stage; share: number }): number {
  if (stage === 'canary') return share;
  return stage === 'migrated' || stage === 'retired' ? FULL_SHARE : 0;
}

function stateOf(states: ServiceStates, service: { name: string }): { stage: Stage; share: number } {
  return states[service.name] ?? { stage: 'monolith', share: 0 };
}

function upstreamOf(
  { gateway }: ResolvedPlan,
  { origins, health, timeoutMs }: { origins: string[]; health: string | null; timeoutMs: number },
): Upstream {
  return {
    instances: origins,
    health: health === null ? null : { path: health, ...gateway.healthChecks },
    timeoutMs,
  };
}
