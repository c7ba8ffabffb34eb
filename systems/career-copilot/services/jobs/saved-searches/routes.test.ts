import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { withTransaction } from '@banyan/postgres';
import type { GatewayDouble } from '../../../kit/testing/gateway.ts';
import { request } from '../../../kit/testing/request.ts';
import { until } from '../../../kit/testing/until.ts';
import type { jobs } from '../main.ts';
import { startJobs } from '../testing/start.ts';

let service: Awaited<ReturnType<typeof jobs.start>>;
let gateway: GatewayDouble;

before(async () => {
  ({ service, gateway } = await startJobs());
});

after(async () => {
  gateway?.close();
  await service?.close();
});

const call = (as: number, method: string, path: string, body?: unknown) =>
  request(service.url, method, `/jobs/saved-searches${path}`, {
    token: gateway.token(as),
    ...(body === undefined ? {} : { body }),
  });
const remote = { name: 'Anywhere', criteria: { remote: true } };

describe('saved searches', () => {
  it('are made, shown, changed and deleted by their owner, and are nobody else’s', async () => {
    const made = await call(1, 'POST', '', {
      name: 'Go in Köln',
      criteria: { q: 'go', location: 'Köln' },
      frequency: 'weekly',
    });
    assert.equal(made.status, 201);
    const { id } = made.body;
    const { told_at, found, active, frequency } = made.body;
    assert.deepEqual([told_at, found, active, frequency], [null, 0, true, 'weekly']);
    assert.deepEqual((await call(1, 'GET', `/${id}`)).body, made.body);
    const changed = await call(1, 'PUT', `/${id}`, { active: false, criteria: { q: 'rust' } });
    assert.deepEqual(
      [changed.body.active, changed.body.criteria, changed.body.name],
      [false, { q: 'rust' }, 'Go in Köln'],
    );
    assert.equal((await call(1, 'GET', '')).body.searches.length, 1);
    for (const [method, path, body] of [
      ['GET', `/${id}`],
      ['GET', `/${id}/jobs`],
      ['PUT', `/${id}`, { name: 'Mine' }],
      ['DELETE', `/${id}`],
    ] as const)
      assert.equal((await call(2, method, path, body)).status, 404, method);
    assert.equal((await call(1, 'DELETE', `/${id}`)).status, 204);
    assert.equal((await call(1, 'GET', `/${id}`)).status, 404);
  });

  it('are refused without anything to find', async () => {
    assert.equal((await call(1, 'POST', '', { name: 'All', criteria: {} })).body.code, 'NO_CRITERIA');
    assert.equal(
      (await call(1, 'POST', '', { name: 'All', criteria: { q: 'the' } })).body.code,
      'WORDS_TOO_COMMON',
    );
    assert.equal(
      (await call(1, 'POST', '', { name: 'All', criteria: { within: 5 } })).body.code,
      'NO_CRITERIA',
    );
    assert.equal(
      (await call(1, 'POST', '', { name: 'Far', criteria: { near: 'Germany' } })).body.code,
      'PLACE_UNKNOWN',
    );
    for (const body of [{ name: '', criteria: { remote: true } }, { ...remote, frequency: 'hourly' }, {}])
      assert.equal((await call(1, 'POST', '', body)).status, 400);
    assert.equal((await request(service.url, 'GET', '/jobs/saved-searches')).status, 401);
  });

  it('are fifty at most, also when they are made at once', async () => {
    const made = await Promise.all(Array.from({ length: 53 }, () => call(3, 'POST', '', remote)));
    const refused = made.filter(({ status }) => status === 409);
    assert.equal(refused.length, 3);
    assert.equal((await call(3, 'GET', '')).body.searches.length, 50);
  });

  it('are told of, once, when a job is posted that they find', async () => {
    const { id } = (
      await call(4, 'POST', '', { name: 'Space', criteria: { q: 'astronaut' }, frequency: 'instant' })
    ).body;
    await withTransaction(service.pool, async (tx) => {
      await tx.query(
        `INSERT INTO jobs (id, company_id, title, description, job_type) VALUES (7, 1, 'Astronaut', '-', 'full_time')`,
      );
      await service.provided.events.publish(tx, 'JobPosted', { jobId: 7, companyId: 1, title: 'Astronaut' });
    });
    const told = async () =>
      (
        await service.pool.query(
          `SELECT message -> 'data' AS data FROM banyan_events.outbox WHERE message ->> 'type' LIKE '%SavedSearchMatched'`,
        )
      ).rows.map(({ data }) => data);
    await until(async () => (await told()).length > 0);
    const job = { jobId: 7, companyId: 1, title: 'Astronaut', company: 'Analytical Engines' };
    assert.deepEqual(await told(), [
      { userId: 4, searchId: id, name: 'Space', frequency: 'instant', jobs: [job], total: 1 },
    ]);
    const { body } = await call(4, 'GET', `/${id}/jobs`);
    assert.deepEqual(
      [body.jobs.length, body.jobs[0].job.title, body.jobs[0].is_active],
      [1, 'Astronaut', true],
    );
    assert.equal((await call(4, 'GET', `/${id}`)).body.found, 1);
  });

  it('rest with the account, and go with it', async () => {
    await service.pool.query('INSERT INTO account_activity VALUES (5, false)');
    assert.equal((await call(5, 'GET', '')).status, 403);
  });
});
