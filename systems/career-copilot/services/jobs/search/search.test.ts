import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type { RunningService } from '@banyan/service';
import { type GatewayDouble, startGatewayDouble } from '../../../kit/testing/gateway.ts';
import { type Json, request } from '../../../kit/testing/request.ts';
import { jobs } from '../main.ts';

let service: RunningService;
let gateway: GatewayDouble;

before(async () => {
  const server = await testServer();
  gateway = await startGatewayDouble();
  service = await jobs.start({
    DATABASE_URL: await server.database('jobs'),
    BUS_URL: await server.database('bus'),
    API_URL: gateway.url,
    LOG_LEVEL: 'silent',
  });
  await service.pool.query(`INSERT INTO companies (name) VALUES ('Analytical Engines'), ('Vault-Tec')`);
  await service.pool.query(`INSERT INTO jobs (id, company_id, title, description, job_type, remote, location, salary_max, is_active) VALUES
    (1, 1, 'Data engineer', 'Build <b>pipelines</b> of "data" & more.', 'full_time', true, 'Berlin', 90000, true),
    (2, 1, 'Nurse', 'Work beside an engineer.', 'part_time', false, 'Berlin', 50000, true),
    (3, 2, 'Kubernetes administrator', 'Keep clusters running.', 'full_time', false, 'London', NULL, true),
    (4, 2, 'Engineer of vaults', 'Closed long ago.', 'full_time', false, 'London', NULL, false),
    (5, 2, E'Machine learning \x02researcher\x03', 'Read papers.', 'contract', true, NULL, NULL, true)`);
});

after(async () => {
  gateway?.close();
  await service?.close();
});

const search = async (query: string, as = 7) =>
  await request(service.url, 'GET', `/jobs/search?${query}`, { token: gateway.token(as) });
const found = async (query: string) => (await search(query)).body.jobs.map(({ id }: Json) => id);

describe('a search for jobs', () => {
  it('shows what fits best first, a title before a description, and open jobs only', async () => {
    assert.deepEqual(await found('q=engineer'), [1, 2]);
  });

  it('finds other forms of a word, its synonyms, and only jobs that have all words', async () => {
    assert.deepEqual(await found('q=pipeline'), [1]);
    assert.deepEqual(await found('q=programmer'), [1, 2]);
    assert.deepEqual(await found('q=k8s'), [3]);
    assert.deepEqual(await found('q=ML'), [5]);
    assert.deepEqual(await found('q=data+developer'), [1]);
  });

  it('finds titles that are written a little otherwise, and says so', async () => {
    const { body } = await search('q=admnistrator');
    assert.deepEqual([body.matched, body.jobs.map(({ id }: Json) => id)], ['similar', [3]]);
    assert.equal((await search('q=engineer')).body.matched, 'words');
  });

  it('finds nothing where nothing is like it', async () => {
    for (const q of ['zzzzqqqq', '%26%26%26', 'the', '%27%3B--', '%5C'])
      assert.deepEqual(await found(`q=${q}`), [], q);
  });

  it('counts what was found by kind, place, company and whether it is remote', async () => {
    const { body } = await search('q=engineer&limit=1');
    assert.deepEqual([body.total_count, body.total_pages, body.jobs.length], [2, 2, 1]);
    assert.deepEqual(body.facets, {
      job_type: [
        { value: 'full_time', count: 1 },
        { value: 'part_time', count: 1 },
      ],
      remote: [
        { value: 'false', count: 1 },
        { value: 'true', count: 1 },
      ],
      location: [{ value: 'Berlin', count: 2 }],
      company: [{ value: 'Analytical Engines', count: 2 }],
    });
  });

  it('is narrowed by the filters of the list, and goes on page by page', async () => {
    assert.deepEqual(await found('q=engineer&remote=true'), [1]);
    assert.deepEqual(await found('q=engineer&min_salary=60000'), [1]);
    assert.deepEqual(await found('q=engineer&job_type=part_time&location=berlin&company_id=1'), [2]);
    assert.deepEqual(await found('q=engineer&limit=1&page=2'), [2]);
  });

  it('marks the words that it found, and nothing else of what it shows is HTML', async () => {
    const { body } = await search('q=pipelines+engineer');
    assert.deepEqual(body.jobs[0].highlights, {
      title: 'Data <mark>engineer</mark>',
      description: 'Build  <mark>pipelines</mark>  of &#34;data&#34; &#38; more.',
    });
  });

  it('marks nothing that a job itself passes off as found', async () => {
    const { body } = await search('q=papers');
    assert.equal(body.jobs[0].highlights.title, 'Machine learning researcher');
  });

  it('is for who is signed in, and refused in the words of the API', async () => {
    const nobody = await request(service.url, 'GET', '/jobs/search?q=a');
    assert.deepEqual([nobody.status, nobody.body], [401, { detail: 'Not authenticated' }]);
    for (const query of ['', 'q=', `q=${'x'.repeat(201)}`, 'q=a&limit=0'])
      assert.equal((await search(query)).status, 422);
  });
});

describe('of many jobs', () => {
  before(async () => {
    await service.pool.query(`
      INSERT INTO jobs (id, company_id, title, description, job_type)
        SELECT 1000 + i, 1, 'Clerk number ' || md5(i::text), 'Files ' || md5((i * 7)::text), 'full_time' FROM generate_series(1, 5000) AS i;
      ANALYZE jobs`);
  });

  for (const [how, index, where] of [
    [
      'words',
      'jobs_search',
      `(setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', description), 'C')) @@ 'pipelin'::tsquery`,
    ],
    ['titles alike', 'jobs_title_similar', `'kubernets' <% title`],
  ] as const)
    it(`${how} can be found by their index`, async () => {
      const rows = await withTransaction(service.pool, async (tx) => {
        // Whether it is worth while is the planner's to say, of as many jobs as there are.
        await tx.query('SET LOCAL enable_seqscan = off');
        return (await tx.query(`EXPLAIN SELECT FROM jobs WHERE ${where}`)).rows;
      });
      assert.match(
        rows.map((row) => row['QUERY PLAN']).join('\n'),
        new RegExp(`Bitmap Index Scan on ${index}`),
      );
    });
});
