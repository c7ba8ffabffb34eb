import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import pino from 'pino';
import { Type } from 'typebox';
import { currentCohort, defineService, inSpan, type RunningService, traceCarrier } from '../index.ts';
import { type OtlpReceiver, otlpReceiver } from '../testing/index.ts';
import { exportHeaders } from './config.ts';
import { loggerOptions } from './logging.ts';
import { parseExport } from './otlp-json.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

let receiver: OtlpReceiver;
let env: Record<string, string>;
let traced: RunningService;
const lines: string[] = [];
const log = pino(loggerOptions('test', 'info'), { write: (line) => void lines.push(line) });

const service = (name: string) =>
  defineService({
    name,
    schema: new URL('../testing/notes.sql', import.meta.url),
    routes: (app, { pool }) => {
      app.get(
        '/notes/:id',
        { schema: { params: Type.Object({ id: Type.Integer() }) } },
        async ({ params }) => {
          const { rows } = await pool.query('SELECT $1::integer AS id', [params.id]);
          log.info({ authorization: 'Bearer x', user: { password: 'hunter2' } }, 'looked');
          return { ...rows[0], carrier: traceCarrier(), cohort: currentCohort() };
        },
      );
      app.post('/notes', { schema: { body: Type.Object({ body: Type.String() }) } }, async ({ body }) => {
        return await withTransaction(pool, async (client) => {
          await client.query('INSERT INTO notes (body) VALUES ($1)', [body.body]);
          return await inSpan('think', {}, async () => ({ carrier: traceCarrier() }));
        });
      });
      app.get('/broken', async () => await pool.query(`SELECT secret FROM nowhere WHERE x = 'value'`));
    },
  });

before(async () => {
  receiver = await otlpReceiver();
  env = {
    DATABASE_URL: await (await testServer()).database('traced'),
    LOG_LEVEL: 'silent',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_TRACES_SAMPLER: 'always_on',
    OTEL_BSP_SCHEDULE_DELAY: '10',
  };
  traced = await service('traced').start(env);
});

after(async () => {
  await traced?.close();
  await receiver.close();
});

const get = async (url: string, headers: Record<string, string> = {}) =>
  (await (await fetch(url, { headers })).json()) as {
    carrier: { traceparent?: string; baggage?: string };
    cohort?: string;
  };

/** The spans of the trace that the carrier is of, once all are there. */
async function traceOf(carrier: { traceparent?: string }, count: number) {
  const id = carrier.traceparent!.split('-')[1]!;
  const mine = (spans: readonly { traceId: string }[]) => spans.filter(({ traceId }) => traceId === id);
  await receiver.until((spans) => mine(spans).length >= count);
  return receiver.spans().filter(({ traceId }) => traceId === id);
}

describe('tracing', () => {
  it('exports each request with its SQL by OTLP, as the protocol has it', async () => {
    const { carrier } = await get(`${traced.url}/notes/7?token=secret`);
    const spans = await traceOf(carrier, 2);
    const request = spans.find(({ kind }) => kind === 'server')!;
    const query = spans.find(({ kind }) => kind === 'client')!;
    assert.equal(request.service, 'traced');
    assert.equal(request.name, 'GET /notes/:id');
    assert.equal(request.parentSpanId, undefined);
    assert.equal(request.attributes['http.response.status_code'], 200);
    assert.equal(request.attributes['url.path'], '/notes/7');
    assert.equal(query.name, 'SELECT');
    assert.equal(query.parentSpanId, request.spanId);
    assert.equal(query.attributes['db.query.text'], 'SELECT $1::integer AS id');
    assert.deepEqual(receiver.violations(), []);
  });

  it('goes on with the trace, the baggage and the cohort that a request brings', async () => {
    const answer = await get(`${traced.url}/notes/7`, {
      traceparent: `00-${TRACE}-${PARENT}-01`,
      baggage: 'plan=gold,cohort=service',
    });
    assert.equal(answer.cohort, 'service');
    assert.match(answer.carrier.traceparent!, new RegExp(`^00-${TRACE}-(?!${PARENT})[0-9a-f]{16}-01$`));
    assert.equal(answer.carrier.baggage, 'plan=gold,cohort=service');
    const spans = await traceOf(answer.carrier, 2);
    assert.equal(spans.find(({ kind }) => kind === 'server')!.parentSpanId, PARENT);
  });

  it('keeps to the context in transactions and after a body was read', async () => {
    const response = await fetch(`${traced.url}/notes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ body: 'x'.repeat(100_000) }),
    });
    const { carrier } = (await response.json()) as { carrier: { traceparent: string } };
    const spans = await traceOf(carrier, 4);
    const request = spans.find(({ kind }) => kind === 'server')!;
    const inner = spans.filter(({ parentSpanId }) => parentSpanId === request.spanId).map(({ name }) => name);
    // BEGIN goes with INSERT, and has no span of its own.
    assert.deepEqual(inner.toSorted(), ['COMMIT', 'INSERT', 'think']);
  });

  it('never mixes up the traces of concurrent requests, though they wait for one connection', async () => {
    const narrow = await service('narrow').start({ ...env, POOL_SIZE: '1' });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, id) => get(`${narrow.url}/notes/${id}`)),
    );
    for (const { carrier } of answers) {
      const spans = await traceOf(carrier, 2);
      assert.deepEqual(spans.map(({ kind }) => kind).toSorted(), ['client', 'server']);
    }
    await narrow.close();
  });

  it('marks what fails, and tells no value of the statement that failed', async () => {
    await fetch(`${traced.url}/broken`);
    const spans = await receiver.until((all) => all.some(({ name }) => name === 'GET /broken'));
    const request = spans.find(({ name }) => name === 'GET /broken')!;
    const query = spans.find(({ parentSpanId }) => parentSpanId === request.spanId)!;
    assert.deepEqual([request.status, query.status], ['error', 'error']);
    assert.equal(query.attributes['db.response.status_code'], '42P01');
  });

  it('names each service of a process by its own name', async () => {
    const other = await service('other').start(env);
    const [span] = await traceOf((await get(`${other.url}/notes/1`)).carrier, 2);
    assert.equal(span!.service, 'other');
    await other.close();
  });

  it('sends what is left when the service closes', async () => {
    const closing = await service('closing').start({ ...env, OTEL_BSP_SCHEDULE_DELAY: '60000' });
    const { carrier } = await get(`${closing.url}/notes/1`);
    await closing.close();
    const id = carrier.traceparent!.split('-')[1];
    assert.equal(receiver.spans().filter(({ traceId }) => traceId === id).length, 2);
  });

  it('records nothing of a trace that its beginner did not sample, and passes it on', async () => {
    const parental = await service('parental').start({
      ...env,
      OTEL_TRACES_SAMPLER: 'parentbased_always_on',
    });
    const { carrier } = await get(`${parental.url}/notes/1`, {
      traceparent: `00-${'1'.repeat(32)}-${PARENT}-00`,
    });
    assert.match(carrier.traceparent!, /^00-1{32}-[0-9a-f]{16}-00$/);
    await parental.close();
    assert.ok(receiver.spans().every(({ traceId }) => traceId !== '1'.repeat(32)));
  });

  it('passes traces and cohorts on without an exporter too', async () => {
    const { OTEL_EXPORTER_OTLP_ENDPOINT: _none, ...silent } = env;
    const plain = await service('plain').start(silent);
    const traceparent = `00-${TRACE}-${PARENT}-01`;
    const { carrier, cohort } = await get(`${plain.url}/notes/1`, { traceparent, baggage: 'cohort=b' });
    assert.deepEqual(carrier, { traceparent, baggage: 'cohort=b' });
    assert.equal(cohort, 'b');
    assert.deepEqual((await get(`${plain.url}/notes/1`)).carrier, {});
    await plain.close();
  });

  it('lets a service stop although its collector is away', async () => {
    const lonely = await service('lonely').start({
      ...env,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_EXPORTER_OTLP_TIMEOUT: '100',
    });
    await get(`${lonely.url}/notes/1`);
    await lonely.close();
  });
});

describe('logs', () => {
  it('name the trace and hide secrets', async () => {
    lines.length = 0;
    const { carrier } = await get(`${traced.url}/notes/7`);
    const line = JSON.parse(lines[0]!);
    assert.equal(line.trace_id, carrier.traceparent!.split('-')[1]);
    assert.match(line.span_id, /^[0-9a-f]{16}$/);
    assert.doesNotMatch(lines[0]!, /hunter2|Bearer/);
  });
});

describe('the OTLP receiver', () => {
  const span = {
    traceId: TRACE,
    spanId: PARENT,
    name: 'x',
    kind: 2,
    startTimeUnixNano: '1',
    endTimeUnixNano: '2',
  };
  const exportOf = (changes: object) => ({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 's' } }] },
        scopeSpans: [{ scope: { name: 'banyan' }, spans: [{ ...span, ...changes }] }],
      },
    ],
  });

  it('takes what the protocol allows', () => {
    assert.equal(parseExport(exportOf({}))[0]!.kind, 'server');
    assert.deepEqual(parseExport({}), []);
  });

  it('refuses what it does not', async () => {
    const bad = [
      { traceId: '0'.repeat(32) },
      { spanId: PARENT.toUpperCase() },
      { kind: 'SPAN_KIND_SERVER' },
      { startTimeUnixNano: 1 },
      { endTimeUnixNano: '0' },
      { name: '' },
      { attributes: [{ key: 'a', value: { intValue: 'x' } }] },
      { attributes: [{ key: 'a', value: { stringValue: 'x', intValue: '1' } }] },
      { status: { code: 3 } },
    ];
    for (const changes of bad) assert.throws(() => parseExport(exportOf(changes)), JSON.stringify(changes));
    const other = await otlpReceiver();
    assert.equal((await fetch(`${other.url}/v1/traces`, { method: 'POST', body: '{}' })).status, 400);
    assert.equal(other.violations().length, 1);
    await other.close();
  });
});

describe('OTEL_EXPORTER_OTLP_HEADERS', () => {
  it('is read as pairs', () => {
    assert.deepEqual(exportHeaders('api-key=a%20b, x = y=z ,nonsense'), { 'api-key': 'a b', x: 'y=z' });
    assert.deepEqual(exportHeaders(), {});
  });
});
