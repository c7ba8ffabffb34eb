import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Envelope, openPostgresBus } from '@banyan/events/machinery';
import { testServer } from '@banyan/postgres/testing';
import type { RunningService } from '@banyan/service';
import { API } from '../../api/common.ts';
import { type GatewayDouble, startGatewayDouble } from '../../kit/testing/gateway.ts';
import load from './load.ts';
import { exampleService } from './main.ts';

const ADA = 7;
const GRACE = 8;
let service: RunningService;
let gateway: GatewayDouble;
let bus: Awaited<ReturnType<typeof openPostgresBus>>;
const heard: Envelope[] = [];

before(async () => {
  const server = await testServer();
  gateway = await startGatewayDouble();
  const BUS_URL = await server.database('bus');
  bus = await openPostgresBus({ url: BUS_URL });
  const handle = async (message: Envelope) => void heard.push(message);
  await bus.subscribe({ group: 'listener', types: ['ExampleEntryAdded'], handle });
  service = await exampleService.start({
    DATABASE_URL: await server.database('example'),
    BUS_URL,
    API_URL: gateway.url,
    LOG_LEVEL: 'silent',
  });
});

after(async () => {
  await service?.close();
  await bus?.close();
  gateway?.close();
});

async function call(as: number | null, method: string, path = '', body?: object, more: object = {}) {
  const response = await fetch(`${service.url}${API}/example${path}`, {
    method,
    headers: {
      ...(as === null ? {} : { authorization: `Bearer ${gateway.token(as)}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...more,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, etag: response.headers.get('etag'), body: text && JSON.parse(text) };
}

/** What others heard of it so far; waits for the first. */
async function told(entryId: number): Promise<Envelope[]> {
  for (;;) {
    const about = heard.filter(({ data }) => data.entryId === entryId);
    if (about.length > 0) return about;
    await delay(10);
  }
}

describe('an entry', () => {
  it('is added, told to others once, and read by its user', async () => {
    const added = await call(ADA, 'POST', '', { text: '  a first \n one ' });
    assert.deepEqual([added.status, added.body.text], [201, 'a first one']);
    assert.equal((await told(added.body.id)).length, 1);
    const read = await call(ADA, 'GET', `/${added.body.id}`);
    assert.deepEqual(read.body, added.body);
    assert.equal(
      (await call(ADA, 'GET', `/${added.body.id}`, undefined, { 'if-none-match': read.etag })).status,
      304,
    );
  });

  it('is added once by a request that is repeated with its key', async () => {
    const key = { 'idempotency-key': 'one' };
    const [first, again] = [
      await call(ADA, 'POST', '', { text: 'once' }, key),
      await call(ADA, 'POST', '', { text: 'once' }, key),
    ];
    assert.deepEqual(again.body, first.body);
    assert.equal((await told(first.body.id)).length, 1);
  });

  it('without a text is refused', async () => {
    assert.equal((await call(ADA, 'POST', '', { text: '' })).status, 400);
    assert.equal((await call(ADA, 'POST', '', { text: ' \n ' })).status, 422);
  });

  it('is not for others, nor for nobody', async () => {
    const { body } = await call(ADA, 'POST', '', { text: 'mine' });
    assert.equal((await call(GRACE, 'GET', `/${body.id}`)).status, 404);
    assert.equal((await call(null, 'GET', `/${body.id}`)).status, 401);
  });

  it('comes on a page with those before it', async () => {
    for (const text of ['1', '2', '3']) await call(GRACE, 'POST', '', { text });
    const first = await call(GRACE, 'GET', '?limit=2');
    const rest = await call(GRACE, 'GET', `?limit=2&cursor=${first.body.next_cursor}`);
    const texts = [...first.body.items, ...rest.body.items].map(({ text }: { text: string }) => text);
    assert.deepEqual([texts, rest.body.next_cursor], [['1', '2', '3'], null]);
  });

  it('is found again by the load that made it', async () => {
    const { body } = await call(ADA, 'POST', '', { text: 'found' });
    const { find } = load.promises.entry as { find: { service: (db: unknown, keys: string[]) => unknown } };
    assert.deepEqual(await find.service(service.pool, ['found', 'never']), new Map([['found', [body.id]]]));
  });
});
