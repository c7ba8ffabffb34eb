import { Tokens } from '../authenticate/tokens.ts';
import { pinnableServices } from '../choose/late-marks.ts';
import type { RouteTable, UnhealthyInstance } from '../control/route-table.ts';
import { type ClientLimits, clientLimitsOf } from '../limit/client-limits.ts';
import { RateLimiter } from '../limit/rate-limit.ts';
import { bodyChecks } from '../match/body-schema.ts';
import { compileRoutes, type Matcher } from '../match/match.ts';
import type { Cells, Stats } from '../observe/stats.ts';
import { type Every, Upstream } from '../upstream/upstream.ts';

/** One table version, compiled. A worker swaps it as a whole; what did not change is carried over. */
export type CompiledTable = {
  table: RouteTable;
  matcher: Matcher;
  tokens: Tokens;
  limiter: RateLimiter | null;
  limits: Required<ClientLimits>;
  monolith: Upstream;
  services: Map<string, Upstream>;
  /** Services whose readers can be pinned. */
  pinnable: Set<string>;
  /** By the index of the route. */
  cells: Cells[];
};

/** Compiles a table. Upstreams that are no longer used finish their requests and close. Throws on a bad table. */
export function compileTable(
  table: RouteTable,
  before: CompiledTable | null,
  stats: Stats,
  now: () => number,
  every: Every,
  checks: ReturnType<typeof bodyChecks> = bodyChecks(),
): CompiledTable {
  const matcher = compileRoutes(table, checks);
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const limits = clientLimitsOf(table.clients);
  const sameLimits = before !== null && same(before.limits, limits);
  const { signAs, ...monolithConfig } = table.monolith;
  const keep = (
    name: string,
    config: RouteTable['monolith'] | Upstream['config'],
    old: Upstream | undefined,
  ) => (old && sameLimits && same(old.config, config) ? old : new Upstream(name, config, limits, now, every));
  const monolith = keep('monolith', monolithConfig, before?.monolith);
  const services = new Map(
    Object.entries(table.services).map(([name, service]) => [
      name,
      keep(name, service.upstream, before?.services.get(name)),
    ]),
  );
  const sameTokens = before !== null && same(tokenSettings(before.table), tokenSettings(table));
  const compiled: CompiledTable = {
    table,
    matcher,
    tokens: sameTokens ? before.tokens : new Tokens(table),
    limiter:
      before && same(before.table.rateLimit, table.rateLimit)
        ? before.limiter
        : table.rateLimit && new RateLimiter(table.rateLimit),
    limits,
    monolith,
    services,
    pinnable: pinnableServices(table),
    cells: table.routes.map((route) => stats.of(route.service, route.id)),
  };
  if (before) closeUnused(before, compiled);
  return compiled;
}

export function upstreamsOf(compiled: CompiledTable): Upstream[] {
  return [compiled.monolith, ...compiled.services.values()];
}

/** Instances that the health checks find unwell. */
export function unhealthyOf(compiled: CompiledTable): UnhealthyInstance[] {
  return upstreamsOf(compiled).flatMap(({ name, instances }) =>
    instances.flatMap(({ origin, healthy, unwell }) =>
      healthy ? [] : [{ upstream: name, url: origin.url, why: unwell ?? 'unwell' }],
    ),
  );
}

/** All of a table that tokens depend on. */
function tokenSettings({ issuers, monolith, services, signing }: RouteTable): unknown {
  const accepts = Object.entries(services).map(([name, service]) => [name, service.accepts]);
  return [issuers, monolith.signAs, signing ?? null, accepts];
}

function closeUnused(before: CompiledTable, after: CompiledTable): void {
  const used = new Set(upstreamsOf(after));
  for (const upstream of upstreamsOf(before)) if (!used.has(upstream)) upstream.close();
}
