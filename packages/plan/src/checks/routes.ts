import { closestMatch } from '@banyan/replication/closest-match';
import { type PlanProblem, pathTo, problem } from '../problem.ts';
import { type ParsedRoute, parseKey, parseRoute, qualifyTable, shapeOfRoute } from '../resolve/notation.ts';
import type { PlanRoute } from '../types.ts';
import { checkLookup } from './lookup.ts';
import type { SoundPlan, SoundService } from './sound-parts.ts';
import { nameOf } from './tables.ts';

export function checkRoute(
  plan: SoundPlan,
  service: SoundService,
  { path, route }: { path: string; route: PlanRoute },
): PlanProblem[] {
  const parsed = parseRoute(route.route);
  const problems: PlanProblem[] = [];
  if (!parsed)
    problems.push(
      problem(
        `${path}.route`,
        route.route,
        'is not a method and a path',
        "e.g. 'GET /api/v1/users/:id'; each parameter is a whole segment, '*' comes last",
      ),
    );
  problems.push(...checkKey(plan, service, path, route, parsed));
  if ((route.auth ?? 'required') === 'required' && plan.issuers?.length === 0) {
    problems.push(
      problem(
        `${path}.auth`,
        route.auth,
        'wants a token, and the gateway knows no issuer of tokens',
        "add one to gateway.issuers, or set auth: 'none'",
      ),
    );
  }
  if (route.onMonolith === false && route.shadow === true) {
    problems.push(
      problem(
        `${path}.shadow`,
        true,
        'wants to compare with the monolith, which does not have this route (onMonolith: false)',
        'remove shadow',
      ),
    );
  }
  return [
    ...problems,
    ...checkFence(service, path, route, parsed),
    ...checkWrites(plan, service, path, route, parsed),
  ];
}

/** A step holds writes until the rows are on the other side: a service that maps none would begin without them. */
function checkFence(
  { tables, complete }: SoundService,
  path: string,
  route: PlanRoute,
  parsed: ParsedRoute | null,
): PlanProblem[] {
  if (tables.length > 0 || !complete || parsed === null || isSafe(parsed)) return [];
  if (route.onMonolith === false || route.writes?.length === 0) return [];
  return [
    problem(
      `${path}.route`,
      route.route,
      'takes over a write of the monolith, and its service maps no table: what the monolith has written would not be there, and no fence could bring it over',
      'map the tables that it writes, or say writes: [] if it writes none; a service that was never part of the monolith is declared with add()',
    ),
  ];
}

export function checkUniqueRoutes({ services }: SoundPlan): PlanProblem[] {
  const seen = new Map<string, string>();
  return services.flatMap(({ routes }) =>
    routes.flatMap(({ path, route }) => {
      const parsed = parseRoute(route.route);
      if (!parsed) return [];
      const first = seen.get(shapeOfRoute(parsed));
      if (first)
        return [
          problem(
            `${path}.route`,
            route.route,
            `matches the same requests as ${first}`,
            'keep one of the two',
          ),
        ];
      seen.set(shapeOfRoute(parsed), `${path}.route`);
      return [];
    }),
  );
}

export function warnKeylessWrites({ services }: SoundPlan): PlanProblem[] {
  return services.flatMap((service) => {
    const byKey = new Set(
      service.tables.filter(({ table }) => table.owner.by !== 'writer').map(({ table }) => nameOf(table)),
    );
    return service.routes.flatMap(({ path, route }) => {
      const parsed = parseRoute(route.route);
      if (route.key !== 'none' || !parsed || isSafe(parsed)) return [];
      const written = (route.writes ?? []).map(qualifyTable).filter((name) => byKey.has(name));
      if (written.length === 0) return [];
      return [
        problem(
          `${path}.writes`,
          route.writes,
          `${route.route} has no key and writes ${written.join(', ')}, whose rows belong to the side of their key: only its INSERTs are safe, an UPDATE or DELETE of another side's row would be refused as a conflict`,
          "if it changes existing rows, give the route the key of the row's owner",
        ),
      ];
    });
  });
}

/** Writes without a key go to the monolith below 100 %: what only the service has is not there for anybody before. */
export function warnLateRoutes({ services }: SoundPlan): PlanProblem[] {
  return services.flatMap(({ routes, tables }) =>
    routes.flatMap(({ path, route }) => {
      const parsed = parseRoute(route.route);
      if (route.onMonolith !== false || route.key !== 'none' || tables.length === 0) return [];
      if (!parsed || isSafe(parsed)) return [];
      return [
        problem(
          `${path}.key`,
          route.key,
          `${route.route} is answered with 404 below 100 %: a write without a key goes to the monolith there, which does not have this route (onMonolith: false)`,
          'offer it to users when the service is migrated, or give it a key',
        ),
      ];
    }),
  );
}

function checkKey(
  plan: SoundPlan,
  service: SoundService,
  path: string,
  route: PlanRoute,
  parsed: ParsedRoute | null,
): PlanProblem[] {
  const key = parseKey(route.key);
  const at = `${path}.key`;
  if (!key) {
    return [
      problem(
        at,
        route.key,
        'is not a key',
        "use 'token.<claim>', 'params.<name>', 'header.<name>', 'cookie.<name>', 'none' or { lookup, column, by }",
      ),
    ];
  }
  if (key.from === 'lookup') return checkLookup(service, path, route, parsed, key);
  if (key.from === 'param' && parsed && !parsed.params.includes(key.name)) {
    const has =
      parsed.params.length > 0
        ? `use ${parsed.params.map((name) => `'params.${name}'`).join(' or ')}`
        : `add :${key.name} to the path`;
    return [
      problem(
        at,
        route.key,
        `${parsed.path} has no parameter :${key.name}`,
        `${has}, or take the key from elsewhere`,
      ),
    ];
  }
  if (key.from === 'token' && route.auth === 'none') {
    return [
      problem(
        at,
        route.key,
        "is read from a token that auth: 'none' does not look at",
        "set auth to 'required' or 'optional'",
      ),
    ];
  }
  if (key.from === 'token' && plan.issuers?.length === 0 && route.auth === 'optional') {
    return [
      problem(
        at,
        route.key,
        'is read from a token, and the gateway knows no issuer of tokens',
        'add one to gateway.issuers',
      ),
    ];
  }
  return [];
}

function checkWrites(
  plan: SoundPlan,
  service: SoundService,
  path: string,
  route: PlanRoute,
  parsed: ParsedRoute | null,
): PlanProblem[] {
  const mapped = plan.services.flatMap(({ tables }) => tables.map(({ table }) => nameOf(table)));
  const oneWriter = new Set(
    service.tables.filter(({ table }) => table.owner.by === 'writer').map(({ table }) => nameOf(table)),
  );
  const keyed = route.key !== 'none';
  const unsafe = parsed !== null && !isSafe(parsed);
  const allComplete = plan.services.every(({ complete }) => complete);
  const problems = (route.writes ?? []).flatMap((written, index) => {
    const at = pathTo(`${path}.writes`, index);
    const name = qualifyTable(written);
    if (!mapped.includes(name) && allComplete) {
      const meant = closestMatch(name, mapped);
      return [
        problem(
          at,
          written,
          'is not a table of the monolith that a service maps',
          meant ? `did you mean '${meant}'?` : 'leave it out; only mapped tables are checked and waited for',
        ),
      ];
    }
    if (keyed && unsafe && oneWriter.has(name)) {
      return [
        problem(
          at,
          written,
          `has one writer for all its rows, but ${route.route} would write it on the side of its key's cohort`,
          "own the table by key (owner: { by: 'key', ... }), or set the route's key to 'none'",
        ),
      ];
    }
    return [];
  });
  if (keyed && unsafe && route.writes === undefined && oneWriter.size > 0) {
    problems.push(
      problem(
        `${path}.writes`,
        undefined,
        `is missing: ${[...oneWriter].join(', ')} has one writer for all rows, and a keyed route must not write it`,
        "say what the route writes, e.g. writes: ['public.users'], or writes: [] for nothing",
      ),
    );
  }
  return problems;
}

function isSafe({ method }: ParsedRoute): boolean {
  return ['GET', 'HEAD', 'OPTIONS'].includes(method);
}
