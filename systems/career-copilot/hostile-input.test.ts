import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { Check } from 'typebox/schema';
import type { ServiceName } from './kit/service-modules.ts';
import { type GatewayDouble, startGatewayDouble } from './kit/testing/gateway.ts';
import { type Services, startServices } from './kit/testing/services.ts';
import { createMonolith } from './monolith/app.ts';
import { connect } from './monolith/database.ts';
import { generate } from './monolith/generate.ts';
import { system } from './system.ts';

/**
 * Whatever a client puts into a parameter or a field that the OpenAPI declares: the answer is no failure of the server,
 * its status is one that the OpenAPI names for the operation, and its body is what the OpenAPI says of it.
 */

const SECRET = 'the secret of the legacy system, long enough';
/** The administrator registers as the next one. */
const LEGACY_USERS = 5;
/** The inputs are the same ones each time. */
const SEED = 1;
/** Values that a parameter or field gets of the kind that its schema asks for: of times all that there are. */
const OF_ITS_KIND = 6;

type Schema = {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  enum?: unknown[];
  format?: string;
  minimum?: number;
  minLength?: number;
  pattern?: string;
  items?: Schema;
};
type Parameter = { name: string; in: 'path' | 'query' | 'header'; schema: Schema };
type Operation = {
  method: string;
  path: string;
  parameters: Parameter[];
  body: Schema | null;
  /** By status the schema of its JSON; null: none is stated. */
  answers: Map<string, object | null>;
};
type Sent = { method: string; url: string; headers: Record<string, string>; payload?: string };

let pool: pg.Pool;
let monolith: FastifyInstance;
let services: Services;
let stop = async () => {};
let gateway: GatewayDouble;
/** Of an administrator, known to all of them; to services the gateway gives another for it. */
let token: string;

/** What a service needs to have for more of its answers than 404. */
const ROWS: Partial<Record<ServiceName, string>> = {
  applications: `INSERT INTO companies VALUES (1, 'A'); INSERT INTO jobs VALUES (1, 1, 'One', true);
    INSERT INTO applications (user_id, job_id, status) VALUES (${LEGACY_USERS + 1}, 1, 'saved')`,
  integrations: `INSERT INTO webhook_endpoints (user_id, url, description, event_types, secret, disabled)
    VALUES (${LEGACY_USERS + 1}, 'https://example.invalid', '', '{application.created}', '-', 'by_owner')`,
  jobs: `INSERT INTO companies (name) VALUES ('A'); INSERT INTO jobs (company_id, title, description, job_type)
    VALUES (1, 'One', '-', 'full_time')`,
  notifications: `INSERT INTO notifications (id, user_id, kind, title, body, created_at)
    VALUES (1, ${LEGACY_USERS + 1}, 'status_changed', 'One', '-', now())`,
};

before(async () => {
  const server = await testServer();
  pool = connect(await server.database('hostile_monolith'));
  await generate(pool, { users: LEGACY_USERS, companies: 2, jobs: 5, applications: 5, bcryptCost: 4 });
  const settings = { jwtSecret: SECRET, bcryptCost: 4, accessTokenSeconds: 3_600, refreshTokenDays: 30 };
  monolith = await createMonolith(pool, settings);
  gateway = await startGatewayDouble();
  ({ services, stop } = await startServices(server, { gatewayUrl: gateway.url }));
  token = await register();
});

after(async () => {
  await Promise.all([monolith?.close(), stop()]);
  gateway?.close();
  await pool?.end();
});

describe('hostile input', () => {
  it('is no failure of the monolith, and every answer is as it is declared', async () => {
    await attack((sent) => monolith.inject(sent as never));
  });
  for (const name of system.services)
    it(`is no failure of ${name}, and every answer is as it is declared`, async () => {
      const { url, pool: own } = services[name];
      await own.query(ROWS[name] ?? '');
      await attack((sent) => fetchFrom(url, sent));
    });
});

/** The same person with both: the highest id of the legacy data plus one is the first of an empty auth service, moved up. */
async function register(): Promise<string> {
  const payload = { email: 'root@example.com', password: 'a good password', full_name: 'Root' };
  const { user, access_token } = (
    await monolith.inject({ method: 'POST', url: '/api/v1/auth/register', payload })
  ).json();
  await pool.query(`UPDATE users SET role = 'admin' WHERE id = $1`, [user.id]);
  await services.auth.pool.query(
    `INSERT INTO accounts (id, email, password_hash, display_name, role) VALUES ($1, $2, '-', 'Root', 'admin')`,
    [user.id, payload.email],
  );
  return access_token;
}

type Answer = { statusCode: number; body: string };

async function fetchFrom(origin: string, { method, url, headers, payload }: Sent): Promise<Answer> {
  const { authorization } = headers;
  if (authorization === `Bearer ${token}`)
    headers.authorization = `Bearer ${await gateway.exchange(token, SECRET)}`;
  const response = await fetch(`${origin}${url}`, { method, headers, body: payload });
  return { statusCode: response.status, body: await response.text() };
}

async function attack(send: (sent: Sent) => PromiseLike<Answer>): Promise<void> {
  const openapi = JSON.parse((await send({ method: 'GET', url: '/openapi.json', headers: {} })).body);
  const operations = operationsOf(openapi).filter(({ method }) => method !== 'DELETE');
  assert.ok(operations.length >= 3);
  const failed = new Map<string, string>();
  for (const [operation, part, value] of hostileInputs(operations)) {
    const sent = requestOf(operation, part, value);
    const { statusCode, body } = await send(sent);
    const failure = statusCode >= 500 && statusCode !== 503;
    const schema = operation.answers.get(String(statusCode));
    if (!failure && schema !== undefined && (schema === null || Check(schema, JSON.parse(body)))) continue;
    const what = `${operation.method} ${operation.path}: ${statusCode}`;
    failed.set(what, `${what} ${body.slice(0, 120)} to ${JSON.stringify(sent).slice(0, 400)}`);
  }
  assert.deepEqual([...failed.values()], []);
}

function operationsOf(openapi: { paths: Record<string, Record<string, never>> }): Operation[] {
  return Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const {
        parameters = [],
        requestBody,
        responses,
      } = operation as {
        parameters?: Parameter[];
        requestBody?: { content: Record<string, { schema: Schema }> };
        responses: Record<string, { content?: Record<string, { schema?: object }> }>;
      };
      return {
        method: method.toUpperCase(),
        path,
        parameters,
        body: requestBody?.content['application/json']?.schema ?? null,
        answers: new Map(
          Object.entries(responses).map(([status, { content }]) => [
            status,
            jsonSchemaOf(content?.['application/json']?.schema) ?? null,
          ]),
        ),
      };
    }),
  );
}

/** OpenAPI 3.0 has a word of its own for what may be null. */
function jsonSchemaOf<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map(jsonSchemaOf) as T;
  if (typeof schema !== 'object' || schema === null) return schema;
  const { nullable, ...rest } = schema as { nullable?: boolean };
  const inner = Object.fromEntries(Object.entries(rest).map(([name, one]) => [name, jsonSchemaOf(one)]));
  return (nullable ? { anyOf: [inner, { type: 'null' }] } : inner) as T;
}

/**
 * What is hostile is one part of a request at a time. A parameter, a field and the body as a whole get values of every kind: one each, and more of the
 * kind that the schema asks for, since these come furthest. What is read before the operation is known, or alike for all of them, gets a few.
 * Values of a kind are dealt out in turn, so that all are used about equally often in each server.
 */
function* hostileInputs(
  operations: readonly Operation[],
): Generator<[operation: Operation, part: string, value: unknown]> {
  const generated = fc.sample(GENERATED, { seed: SEED, numRuns: 200 });
  const dealers = Object.entries({ ...KINDS, generated }).map(([kind, values]) => ({
    kind,
    deal: inTurn<unknown>(values),
  }));
  const dealer = inTurn(dealers);
  for (const operation of operations) {
    const parts: [part: string, schema: Schema][] = [
      ...operation.parameters.map(({ name, schema }) => [`parameter:${name}`, schema] as [string, Schema]),
      ...Object.entries(operation.body?.properties ?? {}).map(
        ([name, schema]) => [`field:${name}`, schema] as [string, Schema],
      ),
      ...(operation.body ? [['body', {}] as [string, Schema]] : []),
    ];
    for (const [part, schema] of parts)
      for (const { kind, deal } of dealers)
        for (let left = kind === kindOf(schema) ? OF_ITS_KIND : 1; left > 0; left--)
          yield [operation, part, deal()];
    for (const part of ['token', ...(operation.body ? ['json'] : [])])
      for (let left = 3; left > 0; left--) yield [operation, part, dealer().deal()];
    for (const part of ['none', ...(operation.body ? ['type'] : [])]) yield [operation, part, null];
  }
}

function kindOf({ type, format, enum: names }: Schema): keyof typeof KINDS | undefined {
  const [one] = [type].flat().filter((each) => each !== 'null');
  if (one === 'integer' || one === 'number') return 'numbers';
  if (one === 'array' || one === 'object') return 'lists';
  if (one !== 'string' || names) return undefined;
  return format?.startsWith('date') ? 'times' : 'texts';
}

function inTurn<T>(all: readonly T[]): () => T {
  let next = 0;
  return () => all[next++ % all.length]!;
}

function requestOf(operation: Operation, part: string, value: unknown): Sent {
  const parameter = (one: Parameter) =>
    encodeURIComponent(wellFormed(part === `parameter:${one.name}` ? value : sampleOf(one.schema, one.name)));
  let url = operation.path;
  const query: string[] = [];
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  for (const one of operation.parameters) {
    // An empty one would ask another route.
    if (one.in === 'path') url = url.replace(`{${one.name}}`, parameter(one) || '%20');
    else if (one.in === 'query' && part === `parameter:${one.name}`)
      query.push(`${one.name}=${parameter(one)}`);
  }
  if (query.length > 0) url += `?${query.join('&')}`;
  if (part === 'token')
    headers.authorization = `Bearer ${encodeURIComponent(wellFormed(value)).slice(0, 4_000)}`;
  if (operation.body === null) return { method: operation.method, url, headers };
  headers['content-type'] = part === 'type' ? 'text/plain' : 'application/json';
  return { method: operation.method, url, headers, payload: payloadOf(operation.body, part, value) };
}

function payloadOf(schema: Schema, part: string, value: unknown): string {
  if (part === 'body') return textOf(value);
  if (part === 'json') return wellFormed(value);
  const body = sampleOf(schema, '') as Record<string, unknown>;
  const name = part.startsWith('field:') ? part.slice(6) : null;
  const entries = Object.entries(body).filter(([key]) => key !== name);
  const text = entries.map(([key, one]) => `${JSON.stringify(key)}:${JSON.stringify(one)}`);
  if (name !== null) text.push(`${JSON.stringify(name)}:${textOf(value)}`);
  return `{${text.join(',')}}`;
}

const raw = (text: string) => ({ raw: text });
const deep = (open: string, close: string, depth: number) => raw(open.repeat(depth) + close.repeat(depth));

/** Of each kind what is known to break programs. */
const KINDS = {
  numbers: [
    0,
    -1,
    1,
    32_768,
    2_147_483_647,
    2_147_483_648,
    -2_147_483_649,
    99_999_999_999,
    2 ** 53,
    1e308,
    -0.5,
    1e21,
    raw('1e999'),
    raw('9223372036854775808'),
  ],
  texts: [
    '2147483648',
    '-2147483649',
    '1e3',
    '0x10',
    '',
    ' ',
    'NaN',
    'Infinity',
    '\u0000',
    'a\u0000b',
    '\ud800',
    'a\udfffb',
    '\uffff',
    '🙂'.repeat(300),
    'x'.repeat(256),
    'x'.repeat(10_001),
    'x'.repeat(70_000),
    '\\',
    '%',
    "'; --",
    '{}',
    '[]',
    'null',
    'true',
  ],
  times: [
    '0001-01-01',
    '294277-01-01T00:00:00Z',
    '-4714-01-01',
    '2026-02-30T25:61:61Z',
    '2026-02-28T23:59:59+23:59',
    '0000-01-01T00:00:00Z',
  ],
  words: [null, true, false],
  lists: [
    [],
    {},
    [null],
    [[]],
    ['\u0000'],
    ['\ud800'],
    Array.from({ length: 101 }, () => 'x'),
    Array.from({ length: 20_000 }, () => 1),
    { '': 0 },
    { '\u0000': 1 },
    { '\ud800': 1 },
    { a: '\u0000' },
    { a: { b: ['\ud800'] } },
  ],
  /** JSON that no JavaScript value is. */
  raw: [
    raw('{"__proto__":{"a":1}}'),
    raw('{"constructor":{"prototype":{}}}'),
    raw('{"a":1,"a":2}'),
    raw('{"a":1e999}'),
    deep('[', ']', 3_000),
    deep('{"a":', '}', 3_000).raw.replace('}', '1}'),
    deep('[', ']', 100_000),
  ],
} satisfies Record<string, unknown[]>;

/** And what nobody has thought of. */
const GENERATED: fc.Arbitrary<unknown> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map((number) => raw(String(number))),
  fc.double(),
  fc.jsonValue(),
);

/** JSON text of a value; a lone surrogate stays one, as an escape. */
function textOf(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'raw' in value) return String(value.raw);
  return JSON.stringify(value) ?? 'null';
}

/** As it stands in a URL or a header, where there are no lone surrogates. */
function wellFormed(value: unknown): string {
  return (typeof value === 'string' ? value : textOf(value)).toWellFormed().slice(0, 2_500);
}

/** Something that the schema allows. */
function sampleOf(schema: Schema, name: string): unknown {
  if (schema.enum) return schema.enum[0];
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'integer' || type === 'number') return schema.minimum ?? 1;
  if (type === 'boolean') return true;
  if (type === 'array') return [];
  if (type === 'object')
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([key, one]) => [key, sampleOf(one, key)]),
    );
  if (schema.format === 'email') return 'somebody@example.com';
  if (schema.pattern === '^https://') return 'https://example.com/a.png';
  return `${name} `.padEnd(schema.minLength ?? 1, 'x');
}
