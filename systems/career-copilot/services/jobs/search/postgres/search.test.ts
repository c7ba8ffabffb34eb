import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { forgetOtherGazetteers, readBatch, readLocations } from '../../places/store.ts';
import { searchContract } from '../contract.ts';
import { type JobTables, openJobTables } from '../testing/jobs.ts';
import { searchInPostgres } from './search.ts';

const opened: JobTables[] = [];

async function open(name: string): Promise<JobTables> {
  const tables = await openJobTables(await (await testServer()).database(name));
  opened.push(tables);
  return tables;
}

after(async () => {
  for (const { pool } of opened) await pool.end();
});

searchContract('PostgreSQL', async () => {
  const tables = await open('contract');
  return { ...tables, search: searchInPostgres(tables.pool) };
});

describe('what is searched', () => {
  let tables: JobTables;
  const rows = async () =>
    (
      await tables.pool.query(
        `SELECT job_id, words::text, title @@ 'weaver'::tsquery AS weaves FROM job_search ORDER BY job_id`,
      )
    ).rows;

  before(async () => {
    tables = await open('kept');
    await tables.put([{ id: 1, title: 'Weaver', company: 'Loom' }]);
  });

  it('is what the jobs are for what a link of replication writes too, which no other trigger sees', async () => {
    await withTransaction(tables.pool, async (tx) => {
      await tx.query('SET LOCAL session_replication_role = replica');
      await tx.query(
        `INSERT INTO jobs (id, company_id, title, description, job_type) VALUES (2, 77, 'Spinner', 'of yarn', 'contract')`,
      );
      await tx.query(`INSERT INTO companies (id, name) VALUES (77, 'Spindle')`);
      await tx.query(`UPDATE jobs SET title = 'Master weaver' WHERE id = 1`);
    });
    const found = await rows();
    assert.deepEqual(
      found.map(({ job_id, weaves }) => [job_id, weaves]),
      [
        [1, true],
        [2, false],
      ],
    );
    assert.match(found[0].words, /'master'/);
    assert.match(found[1].words, /'spindl'/);
  });

  it('changes with the transaction that changes a job, or not at all', async () => {
    const before = await rows();
    await assert.rejects(
      withTransaction(tables.pool, async (tx) => {
        await tx.query(`UPDATE jobs SET title = 'Nobody'`);
        throw new Error('changed my mind');
      }),
    );
    assert.deepEqual(await rows(), before);
  });

  it('names places that are read once, whatever dies, and again with another gazetteer', async () => {
    const points = async () =>
      (await tables.pool.query('SELECT location FROM job_location_points ORDER BY location')).rows.map(
        ({ location }) => location,
      );
    await withTransaction(tables.pool, async (tx) => {
      await tx.query('SET LOCAL session_replication_role = replica');
      await tx.query(`UPDATE jobs SET location = CASE id WHEN 1 THEN 'Berlin' ELSE 'Nowhere' END`);
    });
    await assert.rejects(
      withTransaction(tables.pool, async (tx) => {
        assert.equal(await readBatch(tx), 2);
        throw new Error('the process dies');
      }),
    );
    assert.deepEqual(await points(), []);
    await Promise.all([readLocations(tables.pool), readLocations(tables.pool)]);
    assert.deepEqual(await points(), ['Berlin']);
    assert.equal(await readLocations(tables.pool), 0);
    await tables.pool.query(`UPDATE job_locations SET gazetteer = 'older'`);
    await forgetOtherGazetteers(tables.pool);
    assert.deepEqual(await points(), []);
    assert.equal(await readLocations(tables.pool), 2);
    assert.deepEqual(await points(), ['Berlin']);
  });

  it('has nothing of a job that is closed, deleted or has another id', async () => {
    await tables.put([3, 4, 5].map((id) => ({ id, title: `Number ${id}` })));
    await tables.pool.query('UPDATE jobs SET is_active = false WHERE id = 3');
    await tables.pool.query('DELETE FROM jobs WHERE id = 4');
    await tables.pool.query('UPDATE jobs SET id = 6 WHERE id = 5');
    assert.deepEqual(
      (await rows()).map(({ job_id }) => job_id),
      [1, 2, 6],
    );
  });
});

describe('of many jobs', () => {
  const MANY = 24_000;
  let tables: JobTables;

  before(async () => {
    tables = await open('many');
    await tables.put([{ id: 999_999, title: 'Engineer', ageDays: 500 }]);
    await tables.pool.query(`
      INSERT INTO jobs (id, company_id, title, description, job_type, remote, posted_at)
        SELECT i, 1, 'Clerk', CASE WHEN i % 2 = 0 THEN 'Files.' ELSE 'Files for an engineer.' END, 'full_time', i % 4 = 1, now() - i * interval '1 minute'
        FROM generate_series(1, ${MANY}) AS i`);
    await tables.pool.query('ANALYZE job_search');
  });

  const ask = async (query: object) =>
    await searchInPostgres(tables.pool).search({ q: 'engineer', page: 1, limit: 10, ...query });

  it('those of a common word are reckoned from a sample, near enough', async () => {
    const { total, counts, facets } = await ask({});
    assert.equal(counts, 'estimated');
    const near = (count: number, real: number) =>
      assert.ok(Math.abs(count / real - 1) < 0.15, `${count} of ${real}`);
    near(total, MANY / 2);
    near(facets.remote.find(({ value }) => value === 'true')!.count, MANY / 4);
  });

  it('those of fewer are counted, each of them', async () => {
    const { total, counts } = await ask({ q: 'clerk', min_salary: 1 });
    assert.deepEqual([total, counts], [0, 'exact']);
  });

  it('an old one whose title says it is shown before thousands whose description does', async () => {
    assert.equal((await ask({})).jobs[0]!.id, 999_999);
  });

  it('the best five hundred can be paged through, the freshest first, each once', async () => {
    const seen: number[] = [];
    let cursor: string | null | undefined;
    do {
      const found = await ask({ limit: 100, ...(cursor ? { cursor } : {}) });
      seen.push(...found.jobs.map(({ id }) => id));
      cursor = found.next_cursor;
    } while (cursor);
    assert.equal(new Set(seen).size, 500);
    assert.deepEqual(seen.slice(1, 4), [1, 3, 5]);
  });

  for (const [how, index, where] of [
    ['titles', 'job_search_title', `title @@ 'pipelin'::tsquery`],
    ['words', 'job_search_words', `words @@ 'pipelin & ''one of 16'''::tsquery`],
  ] as const)
    it(`${how} are found by their index`, async () => {
      const { rows } = await tables.pool.query(`EXPLAIN SELECT FROM job_search WHERE ${where}`);
      assert.match(
        rows.map((row) => row['QUERY PLAN']).join('\n'),
        new RegExp(`Bitmap Index Scan on ${index}`),
      );
    });
});
