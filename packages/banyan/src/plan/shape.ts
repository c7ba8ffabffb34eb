import { type TSchema, type TSchemaOptions, Type } from 'typebox';
import { Value } from 'typebox/value';
import { nearest, type PlanProblem, pathTo, showValue } from './problem.ts';

/** Everything about a plan's form that needs no look at a second value: properties, types, ranges, notations of URLs. */
export function checkShape(plan: unknown): PlanProblem[] {
  const errors = Value.Errors(PlanSchema, plan);
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf').map(({ schemaPath }) => schemaPath);
  const problems = new Map<string, PlanProblem>();
  for (const error of errors) {
    const insideUnion = unions.some((path) => error.schemaPath.startsWith(`${path}/anyOf/`));
    // A union is told as a whole, and an unknown property by its parent's error, which knows the known ones.
    if (insideUnion || error.schemaPath.endsWith('/additionalProperties')) continue;
    for (const problem of explain(error, plan))
      if (!problems.has(problem.path)) problems.set(problem.path, problem);
  }
  return [...problems.values()];
}

/** A schema with the words for its error: `must` completes "must be ...", `example` is put in the mend. */
type Words = { must: string; example: string };

function told<S extends TSchema>(schema: (options: TSchemaOptions) => S, must: string, example: string): S {
  return schema({ must, example } satisfies Words as TSchemaOptions);
}

const text = (must: string, example: string, pattern = '\\S') =>
  told((options) => Type.String({ ...options, pattern }), must, example);
const whole = (minimum: number, maximum: number, must: string, example: string) =>
  told((options) => Type.Integer({ ...options, minimum, maximum }), must, example);
const number = (minimum: number, maximum: number, must: string, example: string) =>
  told((options) => Type.Number({ ...options, minimum, maximum }), must, example);
const flag = () => told((options) => Type.Boolean(options), 'true or false', 'true');
const oneOf = (...values: string[]) =>
  told(
    (options) =>
      Type.Union(
        values.map((value) => Type.Literal(value)),
        options,
      ),
    `one of ${values.map((value) => `'${value}'`).join(', ')}`,
    `'${values[0]}'`,
  );
const list = <S extends TSchema>(item: S, must: string, example: string, minItems = 0) =>
  told((options) => Type.Array(item, { ...options, minItems }), must, example);
const record = (properties: Record<string, TSchema>, must: string) =>
  told((options) => Type.Object(properties, { ...options, additionalProperties: false }), must, '{ ... }');
const orNull = <S extends TSchema>(schema: S, must: string, example: string) =>
  told((options) => Type.Union([schema, Type.Null()], options), must, example);
const optional = Type.Optional;

const ORIGIN = '^https?://[^/\\s?#@]+/?$';
const port = () => whole(0, 65_535, 'a port from 0 to 65535 (0: any free one)', '8080');
const milliseconds = () => whole(1, 3_600_000, 'milliseconds from 1 to 3600000', '2000');
const strings = (must: string, example: string) => list(text('a text', "'id'"), must, example);
const database = () =>
  text('a PostgreSQL URL', "'postgres://user:password@127.0.0.1:5432/name'", '^postgres(ql)?://\\S+$');
const origins = () =>
  told(
    (options) =>
      Type.Union(
        [Type.String({ pattern: ORIGIN }), Type.Array(Type.String({ pattern: ORIGIN }), { minItems: 1 })],
        options,
      ),
    'an http(s) origin without a path, or a list of them',
    "'http://127.0.0.1:8000'",
  );
const health = () =>
  orNull(Type.String({ pattern: '^/\\S*$' }), 'a path, or null for no active checks', "'/health'");

const Issuer = Type.Union(
  [
    Type.Object(
      {
        name: Type.String({ minLength: 1 }),
        issuer: Type.String(),
        algorithm: Type.Literal('HS256'),
        secret: Type.String(),
        audience: optional(Type.String()),
      },
      { additionalProperties: false },
    ),
    Type.Object(
      {
        name: Type.String({ minLength: 1 }),
        issuer: Type.String(),
        algorithm: Type.Literal('JWKS'),
        jwksUrl: Type.String(),
        algorithms: optional(
          Type.Array(Type.String({ pattern: '^(RS|ES|PS)(256|384|512)$|^EdDSA$' }), { minItems: 1 }),
        ),
        audience: optional(Type.String()),
      },
      { additionalProperties: false },
    ),
  ],
  {
    must: "{ name, issuer, algorithm: 'HS256', secret } or { name, issuer, algorithm: 'JWKS', jwksUrl }, with an optional audience",
    example: "{ name: 'monolith', issuer: 'career-copilot', algorithm: 'HS256', secret: env('JWT_SECRET') }",
  } as TSchemaOptions,
);

const RateLimit = orNull(
  Type.Object(
    { perMinute: Type.Integer({ minimum: 1 }), perHour: Type.Integer({ minimum: 1 }) },
    { additionalProperties: false },
  ),
  '{ perMinute, perHour } in whole numbers from 1, or null for no limit',
  '{ perMinute: 1000, perHour: 10000 }',
);

const Override = orNull(
  Type.Object(
    {
      header: Type.String({ pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$" }),
      roles: Type.Array(Type.String({ minLength: 1 })),
    },
    { additionalProperties: false },
  ),
  '{ header, roles }, or null to let nobody pick a side',
  "{ header: 'x-banyan-side', roles: ['admin'] }",
);

const Rollout = record(
  {
    steps: optional(list(text('a share', "'10%'"), 'a list of shares', "['1%', '10%', '50%', '100%']", 1)),
    observeSeconds: optional(number(0, 604_800, 'seconds from 0 to 604800', '60')),
    minRequests: optional(whole(0, 1e9, 'a whole number from 0', '50')),
    minCompared: optional(whole(0, 1e9, 'a whole number from 0', '50')),
    maxFailureRatio: optional(number(0, 1, 'a ratio from 0 to 1', '0.01')),
    maxMismatchRatio: optional(number(0, 1, 'a ratio from 0 to 1', '0')),
    maxLatencyRatio: optional(number(1, 1_000, 'a multiple from 1 to 1000', '2')),
    maxLagMs: optional(milliseconds()),
    fenceLimitMs: optional(whole(50, 60_000, 'milliseconds from 50 to 60000', '2000')),
    maxVerificationAgeSeconds: optional(number(1, 604_800, 'seconds from 1 to 604800', '300')),
    copyRowsPerSecond: optional(whole(1, 1e9, 'rows per second from 1', '20000')),
    verifyRowsPerSecond: optional(whole(1, 1e9, 'rows per second from 1', '50000')),
    onFailure: optional(oneOf('rollback', 'pause')),
  },
  'a rollout policy',
);

const Route = record(
  {
    route: text("'METHOD /path/:param'", "'GET /api/v1/users/:id'"),
    key: text("'token.<claim>', 'params.<name>', 'header.<name>', 'cookie.<name>' or 'none'", "'token.sub'"),
    auth: optional(oneOf('required', 'optional', 'none')),
    writes: optional(strings("a list of the monolith's tables", "['public.users']")),
    onMonolith: optional(flag()),
    rescueUnsafe: optional(flag()),
    settle: optional(flag()),
    shadow: optional(flag()),
    ignore: optional(
      record(
        {
          fields: optional(strings('a list of JSON pointers', "['/items/*/updated_at']")),
          arrayOrder: optional(strings('a list of JSON pointers', "['/items']")),
          headers: optional(strings('a list of header names', "['etag']")),
        },
        '{ fields, arrayOrder, headers }',
      ),
    ),
    bodySchema: optional(
      told(
        (options) => Type.Union([Type.Object({}), Type.Boolean()], options),
        'a JSON schema',
        "{ type: 'object' }",
      ),
    ),
  },
  'a route { route, key, ... }',
);

const TableName = record(
  {
    schema: text("a schema's name", "'public'"),
    table: text("a table's name", "'users'"),
    key: list(text("a column's name", "'id'"), 'a list of key columns', "['id']", 1),
  },
  '{ schema, table, key }',
);

const Table = record(
  {
    legacy: TableName,
    service: TableName,
    rows: oneOf('owned', 'foreign'),
    owner: told(
      (options) =>
        Type.Union(
          [
            Type.Object(
              {
                by: Type.Literal('key'),
                legacyColumn: Type.String({ minLength: 1 }),
                serviceColumn: Type.String({ minLength: 1 }),
              },
              { additionalProperties: false },
            ),
            Type.Object({ by: Type.Literal('writer') }, { additionalProperties: false }),
          ],
          options,
        ),
      "{ by: 'key', legacyColumn, serviceColumn } or { by: 'writer' }",
      "{ by: 'key', legacyColumn: 'user_id', serviceColumn: 'user_id' }",
    ),
    columns: list(
      record(
        {
          flow: oneOf('both', 'forward', 'seed'),
          forward: told(
            (options) => Type.Record(Type.String(), Type.String(), options),
            'service columns to SQL',
            "{ email: 'email' }",
          ),
          reverse: told(
            (options) => Type.Record(Type.String(), Type.String(), options),
            'legacy columns to SQL',
            "{ email: 'email' }",
          ),
          legacyColumns: strings('a list of columns', "['email']"),
          serviceColumns: strings('a list of columns', "['email']"),
        },
        'a column mapping; make it with rename(), copy(), split(), merge(), constant() or derived()',
      ),
      'a list of column mappings',
      "[copy('id', 'email')]",
    ),
    onTruncate: oneOf('replicate', 'block', 'ignore'),
    mayBeEmpty: optional(flag()),
  },
  'a table mapping; make it with table()',
);

const Service = record(
  {
    url: origins(),
    database: database(),
    health: optional(health()),
    timeoutMs: optional(milliseconds()),
    salt: optional(text('a text', "'auth'")),
    routes: list(Route, 'a list of routes', "[{ route: 'GET /api/v1/users/me', key: 'token.sub' }]"),
    tables: list(Table, 'a list of tables', '[table(...)]'),
    rollout: optional(Rollout),
  },
  'a service { url, database, routes, tables }',
);

const PlanSchema = record(
  {
    name: text(
      'letters, digits and dashes, starting with a letter',
      "'career-copilot'",
      '^[A-Za-z][A-Za-z0-9-]*$',
    ),
    monolith: record(
      {
        url: origins(),
        database: database(),
        health: optional(health()),
        timeoutMs: optional(milliseconds()),
        signAs: optional(text("an issuer's name", "'monolith'")),
        writeLocks: optional(flag()),
      },
      'the monolith { url, database }',
    ),
    control: record(
      {
        database: database(),
        host: optional(text('a host name or address', "'127.0.0.1'", '^\\S+$')),
        port: optional(port()),
        token: optional(
          text('a text of at least 24 characters without blanks', "env('BANYAN_TOKEN')", '^\\S{24,}$'),
        ),
      },
      'the control plane { database }',
    ),
    gateway: record(
      {
        host: optional(text('a host name or address', "'127.0.0.1'", '^\\S+$')),
        port: optional(port()),
        workers: optional(whole(1, 64, 'a whole number from 1 to 64', '2')),
        adminPort: optional(whole(1, 65_535, 'a port from 1 to 65535', '7071')),
        issuers: optional(list(Issuer, 'a list of issuers', '[{ ... }]')),
        rateLimit: optional(RateLimit),
        bodyBytes: optional(whole(1, 1_073_741_824, 'bytes from 1 to 1073741824', '1048576')),
        override: optional(Override),
      },
      'the gateway; {} takes every default',
    ),
    services: told(
      (options) => Type.Record(Type.String(), Service, options),
      'services by name',
      '{ auth: { ... } }',
    ),
    rollout: optional(Rollout),
  },
  'a plan { name, monolith, control, gateway, services }',
);

type ShapeError = { keyword: string; schemaPath: string; instancePath: string; params: object };

function explain(error: ShapeError, plan: unknown): PlanProblem[] {
  const parts = readPointer(error.instancePath);
  const value = valueAt(plan, parts);
  const schema = schemaAt(error.schemaPath);
  const known = Object.keys((schema as { properties?: object }).properties ?? {});
  if (error.keyword === 'required') {
    const { requiredProperties } = error.params as { requiredProperties: string[] };
    return requiredProperties.map((name) => {
      const words = (schema as { properties: Record<string, Words> }).properties[name]!;
      return {
        path: pathOf([...parts, name], plan),
        value: '',
        message: 'is missing',
        mend: `add ${name}: ${words.must}, e.g. ${words.example}`,
      };
    });
  }
  if (error.keyword === 'additionalProperties') {
    const { additionalProperties } = error.params as { additionalProperties: string[] };
    return additionalProperties.map((name) => {
      const meant = nearest(name, known);
      const path = pathOf([...parts, name], plan);
      return {
        path,
        value: showValue(path, valueAt(plan, [...parts, name])),
        message: 'is not a known property',
        mend: meant ? `did you mean ${meant}?` : `remove it; known are ${known.join(', ')}`,
      };
    });
  }
  const path = pathOf(parts, plan);
  const words = schema as unknown as Words;
  return [
    {
      path: path === '' ? '(plan)' : path,
      value: showValue(path, value),
      message: `must be ${words.must}`,
      mend: `e.g. ${words.example}`,
    },
  ];
}

/** The schema at a path such as #/properties/gateway; of a leaf without words, the nearest schema above that has some. */
function schemaAt(schemaPath: string): TSchema {
  let schema: unknown = PlanSchema;
  let found: TSchema = PlanSchema;
  for (const part of readPointer(schemaPath.slice(1))) {
    schema = (schema as Record<string, unknown>)[part];
    if (schema && typeof schema === 'object' && 'must' in schema) found = schema as TSchema;
  }
  return found;
}

function readPointer(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function valueAt(root: unknown, parts: string[]): unknown {
  let value = root;
  for (const part of parts) value = (value as Record<string, unknown> | undefined)?.[part];
  return value;
}

/** A pointer's '3' is an index in a list and a name in a record: the plan itself tells which. */
function pathOf(parts: string[], plan: unknown): string {
  let path = '';
  for (const [index, part] of parts.entries()) {
    const inList = Array.isArray(valueAt(plan, parts.slice(0, index)));
    path = pathTo(path, inList ? Number(part) : part);
  }
  return path;
}
