import { collectMissing, type Plan } from '@banyan/plan';
import { extractions } from './kit/plan.ts';
import { type ServiceName, serviceIn } from './kit/service-modules.ts';
import { openApi } from './monolith/openapi.ts';
import { system } from './system.ts';

/**
 * By `GET /api/v1/jobs/{id}`: whose it becomes, whether it is there before its service is, and whether it takes an Idempotency-Key, so that it
 * may be sent again.
 */
export type Operations = Record<string, { service: string; onMonolith: boolean; takesKey: boolean }>;

// biome-ignore lint/suspicious/noExplicitAny: a document of whatever the schemas are
type Json = any;
type Document = { openapi: string; info: { title: string; version: string }; paths: Record<string, Json> };

/**
 * The public API of the whole system as one OpenAPI document, whoever answers, and its operations as the plan has them. Where the monolith
 * and a service have the same one it is the service's, which takes whatever the monolith does (contract.test.ts). Nothing is started
 * and no database is asked.
 */
export async function wholeApi(): Promise<{ document: Document; operations: Operations }> {
  const planned = await plannedRoutes();
  const monolith = publicOperations((await openApi()) as Document, planned);
  const paths: Document['paths'] = {};
  const operations: Operations = {};
  for (const { name: service, routes } of planned) {
    const own = publicOperations(await apiOfService(service), planned);
    for (const route of routes) {
      const onMonolith = route.onMonolith !== false;
      const described = own.get(shapeOf(route.route)) ?? monolith.get(shapeOf(route.route));
      const { method, path } = described ?? operationOf(route.route);
      operations[`${method} ${path}`] = { service, onMonolith, takesKey: takesKey(described?.content) };
      if (described) paths[path] = { ...paths[path], [method.toLowerCase()]: forClients(described.content) };
    }
  }
  const document = { openapi: '3.0.3', info: { title: system.title, version: '1' }, paths: sorted(paths) };
  return { document, operations: sorted(operations) };
}

type PlannedService = { name: ServiceName; routes: Plan['services'][string]['routes'] };
type Described = { method: string; path: string; content: Json };

async function plannedRoutes(): Promise<PlannedService[]> {
  let services: Plan['services'] = {};
  // Where anything is does not matter here.
  await collectMissing(async () => {
    services = await extractions();
  });
  return system.services.map((name) => ({ name, routes: services[name]!.routes }));
}

/** Those that the plan makes public, by method and path with whatever names its parameters have. */
function publicOperations(api: Document, planned: readonly PlannedService[]): Map<string, Described> {
  const isPublic = new Set(planned.flatMap(({ routes }) => routes.map(({ route }) => shapeOf(route))));
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([name, content]): [string, Described] => {
      const method = name.toUpperCase();
      // A list and its items are one path with and without a slash at its end, which nobody minds.
      const of = { method, path: path.replace(/(.)\/$/, '$1'), content };
      return [shapeOf(`${method} ${of.path}`), of];
    }),
  );
  return new Map(operations.filter(([shape]) => isPublic.has(shape)));
}

function shapeOf(route: string): string {
  return route.replaceAll(/\{[^}]+\}|:[^/]+/g, '{}');
}

/** Of a route of the plan, which no document has: one that is a stream, or answers with what is no JSON. */
function operationOf(route: string): Pick<Described, 'method' | 'path'> {
  const [method, path] = route.split(' ');
  return { method: method!, path: path!.replaceAll(/:([^/]+)/g, '{$1}') };
}

function takesKey(content: Json): boolean {
  return (content?.parameters ?? []).some(
    (one: Json) => one.in === 'header' && one.name === 'idempotency-key',
  );
}

/** Without the answers that are errors, which clients read by their code; what has a default may be left out. */
function forClients({ responses, parameters, requestBody, ...rest }: Json): Json {
  const good = Object.entries<Json>(responses).filter(([status]) => Number(status) < 400);
  return {
    ...rest,
    ...(parameters && {
      parameters: parameters.map((one: Json) =>
        one.in !== 'path' && one.schema?.default !== undefined ? { ...one, required: false } : one,
      ),
    }),
    ...(requestBody && { requestBody: withoutDefaults(requestBody) }),
    responses: Object.fromEntries(good),
  };
}

/** Of a body: its fields with a default are not required. */
function withoutDefaults(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (value === null || typeof value !== 'object') return value;
  const inside = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutDefaults(each)]));
  const { required, properties } = inside;
  if (!Array.isArray(required) || !properties) return inside;
  return { ...inside, required: required.filter((name) => properties[name]?.default === undefined) };
}

async function apiOfService(name: ServiceName): Promise<Document> {
  const service = await serviceIn(name);
  const told = system.environment({ process: name, secret: '', gatewayUrl: 'http://127.0.0.1', urls: {} });
  return (await service.openApi({ ...told, DATABASE_URL: NOWHERE, BUS_URL: NOWHERE })) as Document;
}

const NOWHERE = 'postgresql://127.0.0.1/none';

function sorted<T>(by: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(by).sort(([a], [b]) => (a < b ? -1 : 1)));
}
