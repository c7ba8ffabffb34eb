import { METHODS as METHODS_OF_NODE } from 'node:http';
import findMyWay, { type HTTPMethod } from 'find-my-way';
import type { Route, RouteTable, ServiceState, StartingLink } from '../control/route-table.ts';

/** A route of one table version, with what the hot path needs looked up once. */
type CompiledRoute = {
  route: Route;
  index: number;
  service: ServiceState;
  /** Checks the parsed body; null when the route has no schema. */
  validate: BodyCheck | null;
};

/** Says what is wrong with a body as it came (null: there was none), or null. */
export type BodyCheck = (body: Buffer | null) => BodyRefusal | null;

type BodyRefusal = {
  code: 'invalid-json' | 'invalid-body' | 'body-too-complex' | 'unsupported-body' | 'method-override';
  errors?: { pointer: string; message: string }[];
};

export type Match = { route: CompiledRoute; params: Record<string, string | undefined> };

export interface Matcher {
  readonly routes: readonly CompiledRoute[];
  find(method: string, target: string): Match | null;
  /** A route of this path, whatever its method: where a write by a method that the plan does not name may write too. */
  neighbour(target: string): Match | null;
  /** What is known of a route that stays on the monolith. */
  unmoved(method: string, target: string): Unmoved;
}

/** The links to wait for after a write by such a route, and what checks its bodies. */
type Unmoved = Settling & Pick<CompiledRoute, 'validate'>;

/** Links in waves, and those that count while the first users of their service move. */
export type Settling = { waves: string[][]; starting: readonly StartingLink[] };

type Store = { compiled: CompiledRoute };

/**
 * Compiles the routes of a table. Case, trailing and duplicate slashes are ignored, because many a backend ignores
 * them too, and a write that dodges its route would land on the wrong side. A GET route answers HEAD as well.
 * Throws when two routes have the same method and path, or a route names an unknown service.
 */
export function compileRoutes(table: RouteTable, compileBody: (schema: unknown) => BodyCheck): Matcher {
  const router = newRouter();
  const routes = table.routes.map((route, index): CompiledRoute => {
    const service = table.services[route.service];
    if (!service) throw new Error(`route ${route.id}: no service ${route.service} in table ${table.version}`);
    return { route, index, service, validate: route.bodySchema ? compileBody(route.bodySchema) : null };
  });
  const explicit = new Set(table.routes.map((route) => `${route.method} ${route.path}`));
  for (const compiled of routes) {
    for (const method of methodsOf(compiled.route, explicit)) {
      router.on(method, compiled.route.path, noop, { compiled } satisfies Store);
    }
  }
  const paths = routesByPath(routes);
  const unmoved = unmovedRoutes(table, compileBody);
  return {
    routes,
    find: (method, target) => matchIn(router, method, target),
    neighbour: (target) => matchIn(paths, 'GET', target),
    unmoved: (method, target) => unmoved.find(method as HTTPMethod, target)?.store ?? NOTHING_SAID,
  };
}

type Router = ReturnType<typeof newRouter>;

/** Finds the pattern of a path as the routes of a table are found. */
export function compilePatterns(
  patterns: readonly Pick<Route, 'method' | 'path'>[],
): (method: string, target: string) => { path: string; params: Match['params'] } | null {
  const router = newRouter();
  const explicit = new Set(patterns.map(({ method, path }) => `${method} ${path}`));
  for (const pattern of patterns)
    for (const method of methodsOf(pattern, explicit)) router.on(method, pattern.path, noop, pattern);
  return (method, target) => {
    const found = router.find(method as HTTPMethod, target);
    return found?.store == null ? null : { path: found.store.path, params: found.params };
  };
}

function newRouter() {
  return findMyWay({
    caseSensitive: false,
    ignoreTrailingSlash: true,
    ignoreDuplicateSlashes: true,
    maxParamLength: 65_536, // a long parameter must not dodge its route
    querystringParser: () => EMPTY,
  });
}

/** The first route of each path. */
function routesByPath(routes: readonly CompiledRoute[]): Router {
  const router = newRouter();
  const seen = new Set<string>();
  for (const compiled of routes) {
    const shape = compiled.route.path
      .toLowerCase()
      .replace(/:[^/]+/g, ':')
      .replace(/(?<=.)\/$/, '');
    if (seen.has(shape)) continue;
    seen.add(shape);
    router.on('GET', compiled.route.path, noop, { compiled } satisfies Store);
  }
  return router;
}

function unmovedRoutes({ unmoved = [] }: RouteTable, compileBody: (schema: unknown) => BodyCheck): Router {
  const router = newRouter();
  const explicit = new Set(unmoved.map(({ method, path }) => `${method} ${path}`));
  for (const { settle: waves, starting = [], bodySchema, ...route } of unmoved) {
    const validate = bodySchema === undefined ? null : compileBody(bodySchema);
    for (const method of methodsOf(route, explicit))
      router.on(method, route.path, noop, { waves, starting, validate } satisfies Unmoved);
  }
  return router;
}

function matchIn(router: Router, method: string, target: string): Match | null {
  const found = router.find(method as HTTPMethod, target);
  if (found === null || found.store == null) return null;
  return { route: (found.store as Store).compiled, params: found.params };
}

const NOTHING_SAID: Unmoved = { waves: [], starting: [], validate: null };
const EMPTY = Object.freeze({});
const noop = (): void => {};
/** All that Node's parser lets in, so that `*` is any method; others are answered 400. CONNECT has no path. */
const METHODS = METHODS_OF_NODE.filter((method) => method !== 'CONNECT') as HTTPMethod[];

function methodsOf(route: Pick<Route, 'method' | 'path'>, explicit: Set<string>): HTTPMethod[] {
  const named = (method: string) => explicit.has(`${method} ${route.path}`);
  if (route.method === '*') return METHODS.filter((method) => !named(method));
  if (route.method === 'GET' && !named('HEAD')) return ['GET', 'HEAD'];
  return [route.method as HTTPMethod];
}
