import type { Route } from '@banyan/gateway';
import { pick, seeded } from '../../random.ts';
import { exchange } from '../http/exchange.ts';
import { below, chance } from '../http/mutate.ts';
import { anyJson } from '../json.ts';
import { CLEAN_PATH, route, tableOf } from '../table.ts';
import { defineTarget, type Session } from '../target.ts';
import { startUpstream } from '../upstream-double.ts';
import { ANSWER_LIMIT_MS, watchWorker } from '../worker/session.ts';

type Input = { schema: number; body: string };

/** How many routes there are, each with a schema of its own; the same ones for every seed. */
const SCHEMAS = 40;
const LARGEST = 200_000;
const GOOD = new Set([200, 400, 413, 415, 422]);

/** Bodies against schemas: any schema, any body, deep or long, is answered soon, and good or refused. */
export const bodies = defineTarget<Input>({
  name: 'bodies',
  lanes: 8,
  generate: (random) => ({ schema: below(random, SCHEMAS), body: bodyOf(random) }),
  smaller: ({ schema, body }) =>
    body.length < 64 ? [] : [{ schema, body: body.slice(0, body.length >> 1) }],
  show: ({ schema, body }) => `${JSON.stringify(schemaOf(schema))} with ${body}`,
  open,
});

async function open(): Promise<Session<Input>> {
  const upstream = await startUpstream(({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
  });
  const routes = Array.from({ length: SCHEMAS }, (_, index) => routeOf(index));
  const watched = await watchWorker(
    tableOf({ monolith: upstream.url, service: upstream.url }, { routes }),
    CLEAN_PATH,
  );
  return {
    ...watched,
    complaints: () => [...watched.complaints(), ...upstream.complaints()],
    async run({ schema, body }) {
      const bytes = Buffer.from(body);
      const head = `POST /b/${schema} HTTP/1.1\r\nhost: gateway.test\r\ncontent-type: application/json\r\ncontent-length: ${bytes.length}\r\n\r\n`;
      const answer = await exchange(
        watched.worker.port,
        'POST',
        Buffer.concat([Buffer.from(head), bytes]),
        ANSWER_LIMIT_MS,
      );
      if (!watched.worker.alive) return null; // its end is a complaint of its own
      if (answer === null) return `no answer within ${ANSWER_LIMIT_MS} ms`;
      return GOOD.has(answer.status)
        ? null
        : `answered ${answer.status}: ${answer.body.toString().slice(0, 200)}`;
    },
    async close() {
      await watched.close();
      await upstream.stop();
    },
  };
}

function routeOf(index: number): Route {
  return route('POST', `/b/${index}`, { from: 'none' }, { bodySchema: schemaOf(index) });
}

/** The first few are the ones that are known to be hard. */
function schemaOf(index: number): unknown {
  const known = [
    { properties: { a: { $ref: '#' } } },
    { type: 'array', items: { type: 'string' } },
    { type: 'array', items: { $ref: '#' } },
    {
      anyOf: [
        { type: 'array', items: { $ref: '#' } },
        { type: 'object', additionalProperties: { $ref: '#' } },
      ],
    },
    { type: 'array', uniqueItems: true },
    { type: 'object', patternProperties: { '^k': { type: 'integer' } }, additionalProperties: false },
  ];
  return known[index] ?? anySchema(seeded(index), 3);
}

function anySchema(random: () => number, depth: number): unknown {
  const leaves = [
    { type: 'string', maxLength: 5 },
    { type: 'integer', minimum: 0 },
    { type: 'boolean' },
    { enum: [1, 'a', null] },
    { const: 1 },
    true,
    { $ref: '#' },
  ];
  if (depth === 0) return pick(random, leaves.slice(0, -1));
  const sub = () => (chance(random, 0.15) ? { $ref: '#' } : anySchema(random, depth - 1));
  switch (below(random, 6)) {
    case 0:
      return {
        type: 'object',
        properties: { a: sub(), b: sub() },
        required: chance(random, 0.5) ? ['a'] : [],
      };
    case 1:
      return { type: 'array', items: sub(), maxItems: below(random, 1_000) };
    case 2:
      return { anyOf: [{ type: 'string' }, { type: 'array', items: sub() }] };
    case 3:
      return { allOf: [{ type: 'object' }, { properties: { a: sub() } }] };
    case 4:
      return { type: 'object', additionalProperties: sub() };
    default:
      return pick(random, leaves.slice(0, -1));
  }
}

function bodyOf(random: () => number): string {
  if (chance(random, 0.1)) {
    const depth = below(random, 20_000);
    return chance(random, 0.5)
      ? '['.repeat(depth) + ']'.repeat(depth)
      : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  }
  if (chance(random, 0.1)) return `[${Array.from({ length: below(random, 40_000) }, () => '1').join(',')}]`;
  const text = JSON.stringify(anyJson(random, 6)) ?? 'null';
  return (chance(random, 0.1) ? text.slice(0, below(random, text.length)) : text).slice(0, LARGEST);
}
