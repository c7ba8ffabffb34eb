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

  it('does not fail of text that no database can store', async () => {
    assert.equal((await search('q=%00%ED%A0%80')).status, 200);
    assert.equal((await search('q=engineer&location=%00')).status, 422);
  });
});
