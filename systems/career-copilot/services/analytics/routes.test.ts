import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { type Bus, openBus } from '@banyan/events/machinery';
import type { RunningService } from '@banyan/service';
import { openEvents } from '@banyan/service/testing';
import { eventOf, said } from '../../kit/testing/events.ts';
import { type GatewayDouble, startGatewayDouble } from '../../kit/testing/gateway.ts';
import { request } from '../../kit/testing/request.ts';
import { until } from '../../kit/testing/until.ts';
import { variablesOf } from '../../kit/testing/variables.ts';
import { contracts } from './hear.ts';
import { analytics } from './main.ts';

const ADA = 7;
const LOCKED = 9;
const AT = '2026-11-02T22:30:00.000Z';

let service: RunningService;
let gateway: GatewayDouble;
let bus: Bus;

before(async () => {
  gateway = await startGatewayDouble();
  const env = await variablesOf('analytics', { API_URL: gateway.url, OVERVIEW_SECONDS: '0.2' });
  service = await analytics.start(env);
  bus = await openBus(env.BUS_URL!);
  const ofAda = { userId: ADA, applicationId: 3, jobId: 12 };
  await tell('UserRegistered', {
    userId: ADA,
    email: 'ada@example.com',
    fullName: 'Ada',
    role: 'user',
    registeredAt: AT,
  });
  await tell('UserSuspended', { userId: LOCKED });
  await tell('ApplicationCreated', { ...ofAda, status: 'saved', createdAt: AT });
  const applied = { userId: ADA, applicationId: 3, from: 'saved', to: 'applied', appliedAt: AT };
  await tell('ApplicationStatusChanged', applied);
  // Told again under the same id, as after a crash of whoever told it.
  await tell('ApplicationStatusChanged', applied);
  await until(async () => (await call(ADA, '/summary')).body.by_status.applied === 1);
});

after(async () => {
  await bus?.close();
  gateway?.close();
  await service?.close();
});

const ids = new Map<string, string>();

/** The same twice has the same id. */
async function tell(type: keyof typeof contracts.events, data: Record<string, unknown>): Promise<void> {
  const key = JSON.stringify([type, data]);
  const id = ids.get(key) ?? randomUUID();
  ids.set(key, id);
  await bus.publish([eventOf(contracts, type, data, { id, time: AT })]);
}

const call = (as: number, path: string, role = 'user') =>
  request(service.url, 'GET', `/analytics${path}`, { token: gateway.token(as, role) });

describe('a series', () => {
  const span = `from=2026-11-02T00:00:00Z&to=2026-11-04T00:00:00Z`;

  it('counts by the days of whoever asks, those without anything among them', async () => {
    const points = async (zone: string) =>
      (await call(ADA, `/series?metric=applied&zone=${zone}&${span}`)).body.points;
    assert.deepEqual(await points('UTC'), [
      { period: '2026-11-02', count: 1 },
      { period: '2026-11-03', count: 0 },
      { period: '2026-11-04', count: 0 },
    ]);
    assert.deepEqual((await points('Asia/Kolkata'))[1], { period: '2026-11-03', count: 1 });
  });

  it('is refused where there is no such zone, or no such span', async () => {
    const refused = async (query: string) => {
      const { status, body } = await call(ADA, `/series?metric=applied&${query}`);
      return [status, body.code];
    };
    assert.deepEqual(await refused('zone=Mars'), [400, 'NO_SUCH_ZONE']);
    assert.deepEqual(await refused('from=2026-11-04T00:00:00Z&to=2026-11-02T00:00:00Z'), [400, 'BAD_SPAN']);
    assert.deepEqual(await refused('unit=hour&from=2020-01-01T00:00:00Z'), [400, 'BAD_SPAN']);
  });

  it('of all users is for administrators', async () => {
    const path = `/all/series?metric=applied&${span}`;
    assert.equal((await call(ADA, path)).status, 403);
    await until(async () => {
      const { status, body } = await call(1, path, 'admin');
      return status === 200 && body.points[0].count === 1;
    });
  });
});

describe('data products', () => {
  it('are in a catalogue with how old they are, and keep what they promise', async () => {
    await until(async () => {
      const { body } = await call(ADA, '/products');
      return body.every((one: { freshness: { kept: boolean } }) => one.freshness.kept);
    });
    const response = await fetch(`${service.url}/api/v1/analytics/catalogue`, {
      headers: { authorization: `Bearer ${gateway.token(ADA)}` },
    });
    assert.match(response.headers.get('content-type')!, /^text\/html/);
    const page = await response.text();
    assert.match(page, /My search/);
    assert.doesNotMatch(page, /promise is broken/);
  });

  it('about the caller are told to the caller, those about all users to administrators', async () => {
    const { body } = await call(ADA, '/products/my-search/v1');
    assert.deepEqual([body.data.summary.total_applications, body.freshness.kept], [1, true]);
    assert.equal((await call(ADA, '/products/all-searches/v1')).status, 403);
    const { data } = (await call(1, '/products/all-searches/v1', 'admin')).body;
    assert.deepEqual([data.users, data.summary.by_status.applied], [1, 1]);
    const cohorts = (await call(1, '/products/cohorts-by-registration/v1', 'admin')).body.data;
    assert.deepEqual([cohorts[0].week, cohorts[0].applications], ['2026-11-02', 1]);
    for (const path of ['/products/my-search/v2', '/products/nothing/v1'])
      assert.equal((await call(ADA, path)).body.code, 'NO_SUCH_PRODUCT');
  });

  it('whose promise is broken say so: in the answer, the catalogue and a figure', async () => {
    await service.pool.query(
      'ALTER TABLE heard_until ADD CONSTRAINT nobody_hears CHECK (false) NOT VALID; DELETE FROM heard_until',
    );
    try {
      const { freshness } = (await call(ADA, '/products/my-search/v1')).body;
      assert.deepEqual(freshness, {
        promise_seconds: 60,
        age_seconds: null,
        kept: false,
        complete_since: null,
      });
      const metrics = await (await fetch(`${service.url}/metrics`)).text();
      assert.ok(/product_promise_broken\{[^}]*product="my-search.v1"[^}]*\} 1/.test(metrics));
    } finally {
      await service.pool.query('ALTER TABLE heard_until DROP CONSTRAINT nobody_hears');
    }
  });
});

describe('figures as they change', () => {
  it('come at once and again after each change', async () => {
    const aborting = new AbortController();
    const response = await fetch(`${service.url}/api/v1/analytics/live`, {
      headers: { authorization: `Bearer ${gateway.token(ADA)}`, accept: 'text/event-stream' },
      signal: aborting.signal,
    });
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    let text = '';
    let changed = false;
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.includes('"screening":1')) break;
      if (changed || !text.includes('"applied":1')) continue;
      changed = true;
      await tell('ApplicationStatusChanged', {
        userId: ADA,
        applicationId: 3,
        from: 'applied',
        to: 'screening',
      });
    }
    aborting.abort();
    assert.equal(text.match(/event: summary/g)!.length, 2);
  });

  it('are streamed to one person a few times at once, and to others beside', async () => {
    const open = (userId: number) =>
      openEvents(`${service.url}/api/v1/analytics/live`, { token: gateway.token(userId) });
    const first = await open(21);
    const others = [await open(22), ...(await Promise.all(Array.from({ length: 5 }, () => open(21))))];
    await until(first.isOver);
    assert.ok(!others.some((each) => each.isOver()));
    for (const each of others) each.close();
  });
});

describe('dashboards', () => {
  const definition = {
    title: 'Every morning',
    zone: 'Asia/Kolkata',
    widgets: [{ title: 'Sent', metric: 'applied', unit: 'week', periods: 4, chart: 'bar' }],
  };
  const send = (as: number, method: string, path: string, body?: object) =>
    request(service.url, method, `/analytics/dashboards${path}`, { token: gateway.token(as), body });

  it('are shown as they were defined, changed and removed by whose they are, each time with an event', async () => {
    assert.equal((await send(ADA, 'PUT', '/morning', definition)).status, 200);
    assert.equal((await send(ADA, 'PUT', '/morning', { ...definition, title: 'Later' })).status, 200);
    const { body } = await send(ADA, 'GET', '/morning');
    assert.deepEqual([body.definition.title, body.series[0].length], ['Later', 4]);
    for (const method of ['GET', 'DELETE'])
      assert.equal((await send(LOCKED - 1, method, '/morning')).status, 404);
    assert.equal((await send(ADA, 'DELETE', '/morning')).status, 204);
    assert.deepEqual((await send(ADA, 'GET', '')).body, []);
    assert.deepEqual(
      (await said(service, 'DashboardUpdated')).map(({ change }) => change),
      ['saved', 'saved', 'removed'],
    );
  });

  it('are refused where there is no such zone, and when there are too many', async () => {
    assert.equal(
      (await send(ADA, 'PUT', '/mars', { ...definition, zone: 'Mars' })).body.code,
      'NO_SUCH_ZONE',
    );
    const all = Array.from({ length: 51 }, (_, n) => send(ADA, 'PUT', `/n-${n}`, definition));
    const statuses = (await Promise.all(all)).map(({ status }) => status).toSorted();
    assert.deepEqual([statuses[49], statuses[50]], [200, 409]);
  });
});

describe('reports', () => {
  it('are made in the background and fetched when they are done, by whoever ordered them', async () => {
    for (const [format, begins] of [
      ['csv', 'application,company,job,'],
      ['pdf', '%PDF-'],
    ] as const) {
      const order = { token: gateway.token(ADA), body: { format } };
      const { status, body } = await request(service.url, 'POST', '/analytics/reports', order);
      assert.equal(status, 202);
      await until(async () => (await call(ADA, `/reports/${body.id}`)).body.state === 'done');
      const file = await fetch(`${service.url}/api/v1/analytics/reports/${body.id}/file`, {
        headers: { authorization: `Bearer ${gateway.token(ADA)}` },
      });
      assert.match(file.headers.get('content-disposition')!, /^attachment; filename="job-search-/);
      assert.ok((await file.text()).startsWith(begins));
      assert.equal((await call(LOCKED - 1, `/reports/${body.id}`)).status, 404);
    }
    assert.deepEqual(
      (await said(service, 'ReportGenerated')).map(({ format }) => format),
      ['csv', 'pdf'],
    );
  });
});

it('nothing is forecast of few applications, and it says so', async () => {
  await until(async () => (await call(ADA, '/forecast')).status === 200);
  const { body } = await call(ADA, '/forecast');
  assert.deepEqual([body.applications, typeof body.refused], [[], 'string']);
});

it('who is locked out of their account is so here, and who has none is not let in', async () => {
  for (const path of ['/summary', '/series?metric=applied', '/products', '/forecast', '/live'])
    assert.equal((await call(LOCKED, path)).status, 403, path);
  assert.equal((await request(service.url, 'GET', '/analytics/catalogue')).status, 401);
});

it('does not start with a zone that is none, and names the variable', async () => {
  const env = await variablesOf('zones', { LEGACY_ZONE: 'Mars/Olympus' });
  await assert.rejects(analytics.start(env), /LEGACY_ZONE.* is none of the zones.*Europe\/Berlin/s);
});
