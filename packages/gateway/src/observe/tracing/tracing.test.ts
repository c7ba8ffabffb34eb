import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { isServiceSide } from '@banyan/cohort';
import { type OtlpReceiver, otlpReceiver, type ReceivedSpan } from '@banyan/service/testing';
import {
  type Backend,
  sendJson,
  sendRaw,
  startBackend,
  startTestGateway,
  tableOf,
} from '../../testing/gateway.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

/** Both sides with half of the keys each, and a gateway that exports at once. */
async function world(
  t: TestContext,
  { env = {}, ...route }: Parameters<typeof tableOf>[2][number] & { env?: Record<string, string> } = {
    method: 'GET',
    path: '/users/:id',
  },
) {
  const [monolith, service] = [await startBackend(t, 'monolith'), await startBackend(t, 'service')];
  const collector = await otlpReceiver();
  t.after(() => collector.close());
  const table = tableOf({ monolith: monolith.url, service: service.url }, 5_000, [route]);
  const { gateway } = await startTestGateway(t, table, {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_TRACES_SAMPLER: 'parentbased_always_on',
      OTEL_BSP_SCHEDULE_DELAY: '10',
      ...env,
    },
  });
  const ask = async (headers: Record<string, string> = {}, method = 'GET') => {
    const response = await fetch(`${gateway.url}/users/7?token=secret`, { method, headers });
    await response.arrayBuffer();
    return response;
  };
  return { monolith, service, collector, gateway, ask };
}

const USERS = { method: 'GET', path: '/users/:id' };

function keyOn(side: 'monolith' | 'service'): string {
  for (let id = 1; ; id++) {
    if ((isServiceSide(5_000, 'users', String(id)) ? 'service' : 'monolith') === side) return String(id);
  }
}

/** The server span and the client spans of the only trace, once there are so many of the latter. */
async function traceOf(collector: OtlpReceiver, calls: number) {
  const ofKind = (spans: readonly ReceivedSpan[], kind: string) => spans.filter((span) => span.kind === kind);
  const spans = await collector.until(
    (all) => ofKind(all, 'server').length === 1 && ofKind(all, 'client').length === calls,
  );
  assert.deepEqual(collector.violations(), []);
  assert.equal(new Set(spans.map(({ traceId }) => traceId)).size, 1);
  const [server] = ofKind(spans, 'server');
  const clients = ofKind(spans, 'client').toSorted((a, b) => Number(a.startNanos - b.startNanos));
  for (const client of clients) assert.equal(client.parentSpanId, server!.spanId);
  return { server: server!, clients };
}

const seenBy = (backend: Backend) => backend.seen.map(({ headers }) => headers.traceparent);

describe('a request that is recorded', () => {
  test('has a span with route, mode, side, cohort and status, and the upstream goes on from a span of its own', async (t) => {
    const { collector, service, ask } = await world(t);
    await ask({ 'x-key': keyOn('service') });
    const { server, clients } = await traceOf(collector, 1);
    assert.equal(server.service, 'gateway');
    assert.equal(server.name, 'GET /users/:id');
    assert.equal(server.parentSpanId, undefined);
    const { 'banyan.request_id': id, ...attributes } = server.attributes;
    assert.equal(id, service.seen[0]!.headers['x-request-id']);
    assert.deepEqual(attributes, {
      'http.request.method': 'GET',
      'http.route': '/users/:id',
      'url.path': '/users/7',
      'http.response.status_code': 200,
      'banyan.service': 'users',
      'banyan.mode': 'hybrid',
      'banyan.side': 'service',
      'banyan.cohort': 'service',
    });
    assert.deepEqual(clients[0]!.attributes, {
      'http.request.method': 'GET',
      'server.address': '127.0.0.1',
      'server.port': service.port,
      'peer.service': 'users',
      'banyan.side': 'service',
      'http.response.status_code': 200,
    });
    assert.deepEqual(seenBy(service), [`00-${server.traceId}-${clients[0]!.spanId}-01`]);
  });

  test('goes on with the trace that its client began', async (t) => {
    const { collector, monolith, ask } = await world(t);
    await ask({ traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'a=b' });
    const { server, clients } = await traceOf(collector, 1);
    assert.deepEqual([server.traceId, server.parentSpanId], [TRACE, PARENT]);
    assert.deepEqual(seenBy(monolith), [`00-${TRACE}-${clients[0]!.spanId}-01`]);
    assert.equal(monolith.seen[0]!.headers.tracestate, 'a=b');
  });

  test('shows each attempt: the one that failed and the rescue', async (t) => {
    const { collector, monolith, service, ask } = await world(t);
    service.answer = (_req, res) => sendJson(res, 503, {});
    assert.equal((await ask({ 'x-key': keyOn('service') })).status, 200);
    const { server, clients } = await traceOf(collector, 2);
    assert.equal(server.attributes['banyan.rescued_by'], 'monolith');
    assert.deepEqual(
      clients.map(({ name, status, attributes }) => [
        name,
        status,
        attributes['http.response.status_code'],
        attributes['http.request.resend_count'],
      ]),
      [
        ['GET users', 'error', 503, undefined],
        ['GET monolith', 'unset', 200, 1],
      ],
    );
    assert.deepEqual(
      [...seenBy(service), ...seenBy(monolith)],
      clients.map(({ spanId }) => `00-${server.traceId}-${spanId}-01`),
    );
  });

  test('shows an upstream that is not there, and the problem that the client got', async (t) => {
    const { collector, monolith, ask } = await world(t);
    await monolith.stop();
    assert.equal((await ask()).status, 503);
    const { server, clients } = await traceOf(collector, 1);
    assert.deepEqual([server.status, server.attributes['banyan.problem']], ['error', 'unavailable']);
    assert.deepEqual([clients[0]!.status, clients[0]!.attributes['error.type']], ['error', 'connect']);
  });

  test('shows the shadow request, marked, though its client was answered before', async (t) => {
    const { collector, service, ask } = await world(t, { ...USERS, mode: 'monolith', shadow: true });
    service.answer = (_req, res) => sendJson(res, 200, { from: 'monolith' });
    await ask({ 'x-key': keyOn('service') });
    const { server, clients } = await traceOf(collector, 2);
    const [primary, shadow] = clients;
    assert.deepEqual(
      [primary!.attributes['banyan.shadow'], shadow!.attributes['banyan.shadow']],
      [undefined, true],
    );
    assert.equal(shadow!.attributes['banyan.side'], 'service');
    assert.deepEqual(seenBy(service), [`00-${server.traceId}-${shadow!.spanId}-01`]);
  });

  test('has its span also when it is refused here', async (t) => {
    const { collector, ask } = await world(t, { ...USERS, onMonolith: false });
    assert.equal((await ask({ 'x-key': keyOn('monolith') })).status, 404);
    const { server } = await traceOf(collector, 0);
    assert.equal(server.attributes['banyan.problem'], 'not-found');
    assert.equal(server.attributes['http.route'], '/users/:id');
    assert.equal(server.attributes['http.response.status_code'], 404);
  });

  test('may be a WebSocket: its span ends with the answer to the upgrade', async (t) => {
    const { collector, gateway, monolith } = await world(t);
    monolith.server.on('upgrade', (req, socket) => {
      monolith.seen.push({ method: '', url: '', headers: req.headers, body: '' });
      socket.on('end', () => socket.end()).resume();
      socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n');
    });
    const upgrade = 'connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: eA==\r\n';
    const raw = `GET /users/7 HTTP/1.1\r\nhost: x\r\n${upgrade}sec-websocket-version: 13\r\n\r\n`;
    await sendRaw(gateway.port, raw, (received) => received.includes('101'));
    const { server, clients } = await traceOf(collector, 1);
    assert.equal(server.attributes['http.response.status_code'], 101);
    assert.deepEqual(seenBy(monolith), [`00-${server.traceId}-${clients[0]!.spanId}-01`]);
  });

  test('is exported when the gateway has drained, however long spans usually wait', async (t) => {
    const { collector, gateway, ask } = await world(t, {
      ...USERS,
      env: { OTEL_BSP_SCHEDULE_DELAY: '60000' },
    });
    await ask();
    await gateway.stop();
    assert.equal(collector.spans().length, 2);
  });
});

describe('a request that is not recorded', () => {
  test('goes on as its client, who does not record it, began it', async (t) => {
    const { collector, gateway, monolith, ask } = await world(t);
    const traceparent = `00-${TRACE}-${PARENT}-00`;
    await ask({ traceparent });
    await gateway.stop();
    assert.deepEqual(seenBy(monolith), [traceparent]);
    assert.equal(collector.spans().length, 0);
  });

  test('tells the upstream so when its trace begins here', async (t) => {
    const { collector, gateway, monolith, ask } = await world(t, {
      ...USERS,
      env: { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' },
    });
    await ask();
    await ask({ traceparent: `00-${TRACE}-${PARENT}-01` });
    await gateway.stop();
    assert.match(seenBy(monolith)[0]!.toString(), /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-00$/);
    assert.equal(new Set(collector.spans().map(({ traceId }) => traceId)).size, 1, 'the one of the client');
  });

  test('may be one that its client records, if the sampler does not heed clients', async (t) => {
    const { collector, gateway, monolith, ask } = await world(t, {
      ...USERS,
      env: { OTEL_TRACES_SAMPLER: 'always_off' },
    });
    await ask({ traceparent: `00-${TRACE}-${PARENT}-01` });
    await gateway.stop();
    assert.deepEqual(seenBy(monolith), [`00-${TRACE}-${PARENT}-00`]);
    assert.equal(collector.spans().length, 0);
  });

  test('is decided by the share of traces that begin here', async (t) => {
    const { collector, gateway, monolith, ask } = await world(t, {
      ...USERS,
      env: { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' },
    });
    for (let i = 0; i < 64; i++) await ask();
    await gateway.stop();
    const sampled = seenBy(monolith).filter((traceparent) => String(traceparent).endsWith('-01'));
    assert.ok(sampled.length > 0 && sampled.length < 64);
    const recorded = new Set(collector.spans().map(({ traceId }) => traceId));
    assert.deepEqual(recorded, new Set(sampled.map((traceparent) => String(traceparent).slice(3, 35))));
  });
});

test('a gateway does not start with a variable of OpenTelemetry that is wrong', async (t) => {
  await assert.rejects(
    world(t, { ...USERS, env: { OTEL_TRACES_SAMPLER: 'sometimes' } }),
    /OTEL_TRACES_SAMPLER/,
  );
});
