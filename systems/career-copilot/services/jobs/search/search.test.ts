import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { RunningService } from '@banyan/service';
import type { GatewayDouble } from '../../../kit/testing/gateway.ts';
import { type Json, request } from '../../../kit/testing/request.ts';
import { startJobs } from '../testing/start.ts';

let service: RunningService;
let gateway: GatewayDouble;

before(async () => {
  ({ service, gateway } = await startJobs());
  await service.pool.query(`INSERT INTO jobs (id, company_id, title, description, job_type) VALUES
    (1, 1, 'Data engineer', 'Build pipelines.', 'full_time'), (2, 1, 'Nurse', 'Work beside an engineer.', 'part_time')`);
});

after(async () => {
  gateway?.close();
  await service?.close();
});

const search = async (query: string, as = 7) =>
  await request(service.url, 'GET', `/jobs/search?${query}`, { token: gateway.token(as) });

describe('GET /jobs/search', () => {
  it('answers with jobs, counts, facets and where to go on', async () => {
    const { status, body } = await search('q=engineer&limit=1');
    assert.equal(status, 200);
    const { jobs, facets, next_cursor, ...rest } = body;
    assert.deepEqual(
      jobs.map(({ id, company }: Json) => [id, company.name]),
      [[1, 'Analytical Engines']],
    );
    assert.deepEqual(rest, {
      total_count: 2,
      page: 1,
      limit: 1,
      total_pages: 2,
      counts: 'exact',
      matched: 'words',
    });
    assert.deepEqual(facets.company, [{ id: 1, value: 'Analytical Engines', count: 2 }]);
    const next = await search(`q=engineer&limit=1&cursor=${next_cursor}`);
    assert.deepEqual([next.body.jobs.map(({ id }: Json) => id), next.body.next_cursor], [[2], null]);
  });

  it('is for who is signed in, and refused in the words of the API', async () => {
    const nobody = await request(service.url, 'GET', '/jobs/search?q=a');
    assert.deepEqual([nobody.status, nobody.body], [401, { detail: 'Not authenticated' }]);
    for (const query of ['', 'q=', `q=${'x'.repeat(201)}`, 'q=a&limit=0'])
      assert.equal((await search(query)).status, 422);
    const foreign = await search('q=a&cursor=x');
    assert.deepEqual(
      [foreign.status, foreign.body],
      [400, { detail: 'Cursor belongs to no list of this kind' }],
    );
  });

  it('tells how far jobs are from a place, and what it was taken for', async () => {
    await service.pool.query(`INSERT INTO jobs (id, company_id, title, description, job_type, location, salary_max) VALUES
      (3, 1, 'Potter', '-', 'full_time', 'Munich, Germany', 30000), (4, 1, 'Potter', '-', 'full_time', 'Dachau', 40000), (5, 1, 'Potter', '-', 'full_time', NULL, NULL)`);
    const { status, body } = await search('q=potter&near=m%C3%BCnchen&within=30&sort=distance');
    assert.equal(status, 200);
    assert.deepEqual(
      body.jobs.map(({ id, distance_km }: Json) => [id, Math.round(distance_km / 10)]),
      [
        [3, 0],
        [4, 2],
      ],
    );
    const { latitude, longitude, ...near } = body.near;
    assert.deepEqual(near, { name: 'Munich', country: 'DE', within: 30, left_out: 1 });
    assert.deepEqual([Math.round(latitude), Math.round(longitude)], [48, 12]);
    assert.deepEqual((await search('near=48.14,11.57&within=5')).body.near.name, null);
    assert.deepEqual(
      (await search('sort=salary&limit=2')).body.jobs.map(({ id }: Json) => id),
      [4, 3],
    );
    assert.equal((await search('q=potter')).body.near, undefined);
  });

  it('says so where a place is not known, or distances are from nowhere', async () => {
    const refused = async (query: string) => {
      const { status, body } = await search(query);
      return [status, body.detail];
    };
    assert.deepEqual(await refused('q=a&near=Germany'), [422, 'No place is known by this name']);
    assert.deepEqual(await refused('q=a&sort=distance'), [
      422,
      'Jobs have a distance from a place only: say near which one',
    ]);
    for (const query of [
      'within=5',
      'q=a&near=Bonn&within=0',
      'q=a&near=Bonn&within=1001',
      'q=a&near=',
      'q=a&sort=best',
    ])
      assert.equal((await search(query)).status, 422, query);
    assert.deepEqual((await search('')).body, {
      detail: [{ loc: ['query', 'q'], msg: 'field required', type: 'value_error.missing' }],
    });
  });

  it('is for whom a job is, without any words, and knows no other level', async () => {
    const { status, body } = await search('seniority=unstated&limit=1');
    assert.equal(status, 200);
    assert.equal(body.total_count, 5);
    assert.deepEqual(body.facets.seniority, [{ value: 'unstated', count: 5 }]);
    assert.equal((await search('seniority=senior')).body.total_count, 0);
    assert.equal((await search('seniority=boss')).status, 422);
  });

  it('has places to be near', async () => {
    const { body } = await request(service.url, 'GET', '/jobs/places?q=ber&limit=1', {
      token: gateway.token(7),
    });
    assert.deepEqual(
      body.places.map(({ near, region }: Json) => [near, region]),
      [['Berlin, DE', null]],
    );
    assert.equal((await request(service.url, 'GET', '/jobs/places?q=ber')).status, 401);
  });

  it('does not fail of text that no database can store', async () => {
    assert.equal((await search('q=%00%ED%A0%80')).status, 200);
    assert.equal((await search('q=engineer&location=%00')).status, 422);
  });
});
