import type { RouteOptions } from 'fastify';
import type { ServiceApp } from './types.ts';

/** How a system spells the names of fields in its API; `snake_case` where it does not say. */
export type Spelling = 'snake_case' | 'camelCase';

type Spelled = {
  spelling?: Spelling | undefined;
  /** Names that are values, by name: they stay as they are. */
  values?: Readonly<Record<string, unknown>>;
};
/** What of a JSON schema says which fields there are. */
type Schema = {
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
};

/**
 * Routes of this scope have the names of fields as the system spells them: in their schemas, in what they are given, and in what they answer. Within
 * there is one spelling, `snake_case`. Values stay as they are (`in_app`).
 */
export function spellRoutes(scope: ServiceApp, system: Spelled): void {
  if (system.spelling !== 'camelCase') return;
  scope.addHook('onRoute', (route) => spellRoute(route, system));
}

/** A value of this schema, as the system spells it. */
export function spelled(value: unknown, schema: unknown, system: Spelled): unknown {
  if (system.spelling !== 'camelCase') return value;
  return renamed(value, schema as Schema, (name) => [name, outside(name, system)]);
}

function spellRoute(route: RouteOptions, system: Spelled): void {
  const { querystring, body, response } = (route.schema ?? {}) as {
    querystring?: Schema;
    body?: Schema;
    response?: Record<string, Schema>;
  };
  route.schema = {
    ...route.schema,
    ...(querystring && { querystring: schemaOutside(querystring, system) }),
    ...(body && { body: schemaOutside(body, system) }),
    ...(response && {
      response: Object.fromEntries(
        Object.entries(response).map(([status, schema]) => [status, schemaOutside(schema, system)]),
      ),
    }),
  };
  const inwards = (value: unknown, schema: Schema | undefined) =>
    schema ? renamed(value, schema, (name) => [outside(name, system), name]) : value;
  route.preHandler = [
    ...[route.preHandler ?? []].flat(),
    (request, _reply, done) => {
      request.query = inwards(request.query, querystring);
      request.body = inwards(request.body, body);
      done();
    },
  ];
  route.preSerialization = (_request, reply, payload, done) => {
    const schema = response?.[reply.statusCode];
    done(null, schema ? spelled(payload, schema, system) : payload);
  };
}

function schemaOutside(schema: Schema, system: Spelled): Schema {
  const { properties, required, items } = schema;
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, one]) => [outside(name, system), schemaOutside(one, system)]),
      ),
    }),
    ...(required && { required: required.map((name) => outside(name, system)) }),
    ...(items && { items: schemaOutside(items, system) }),
  };
}

/** What the schema does not name is left out: under the other name it would be taken for something that was looked at. */
function renamed(
  value: unknown,
  { properties, items }: Schema,
  names: (property: string) => [from: string, to: string],
): unknown {
  if (Array.isArray(value)) return items ? value.map((one) => renamed(one, items, names)) : value;
  if (typeof value !== 'object' || value === null || !properties) return value;
  const given = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(properties).flatMap(([property, schema]) => {
      const [from, to] = names(property);
      return Object.hasOwn(given, from) ? [[to, renamed(given[from], schema, names)]] : [];
    }),
  );
}

function outside(name: string, { values = {} }: Spelled): string {
  return Object.hasOwn(values, name) ? name : name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
}
