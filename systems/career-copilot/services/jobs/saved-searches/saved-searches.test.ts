import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import type { Events } from '@banyan/events';
import { applySchema, createPool, withTransaction } from '@banyan/postgres';
import { type TestServer, testServer } from '@banyan/postgres/testing';
import fc from 'fast-check';
import type pg from 'pg';
import type { Criteria } from '../../../api/saved-searches.ts';
import type { contracts } from '../../../contracts/jobs.ts';
import { nearOf } from '../places/near.ts';
import { searchInPostgres } from '../search/postgres/search.ts';
import { compile } from './compile.ts';
import { FINDING, percolate } from './percolate.ts';
import { insertSearch, listFound } from './store.ts';
import { tellDue } from './tell.ts';

type Told = { searchId: number; jobs: { jobId: number }[]; total: number };

let server: TestServer;
let pool: pg.Pool;
const told: Told[] = [];
/** What was told counts when its transaction does. */
const tell = async (failing = false) => {
  const inHand: Told[] = [];
  const publish = async (_tx: unknown, _type: string, data: unknown) => {
    inHand.push(data as Told);
    if (failing) throw new Error('the process dies');
  };
  const due = await tellDue(pool, publish as unknown as Events<typeof contracts>['publish']);
  told.push(...inHand);
  return due;
};

before(async () => {
  server = await testServer();
  pool = createPool(await server.database('searches'));
  for (const [name, file] of [
    ['jobs', '../schema.sql'],
    ['saved-searches', 'schema.sql'],
  ] as const)
    await applySchema(pool, { name, sql: await readFile(new URL(file, import.meta.url), 'utf8') });
  await pool.query(`INSERT INTO companies (name) VALUES ('Babbage'), ('Vault-Tec')`);
});

after(async () => await pool?.end());

let users = 0;
const save = async (criteria: Criteria, frequency: 'instant' | 'daily' | 'weekly' = 'instant') => {
  const compiled = await compile(pool, criteria);
  assert.ok(compiled);
  const kept = { name: 'One', criteria, frequency };
  return (await withTransaction(pool, (tx) => insertSearch(tx, ++users, kept, compiled, 50)))!;
};
const post = async (job: {
  title: string;
  remote?: boolean;
  location?: string | null;
  salary?: number | null;
  type?: string;
  company?: number;
  description?: string;
}) => {
  const { rows } = await pool.query<{ id: number }>(
    `INSERT INTO jobs (company_id, title, description, job_type, remote, location, salary_max)
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
    [
      job.company ?? 1,
      job.title,
      job.description ?? '-',
      job.type ?? 'full_time',
      job.remote ?? false,
      job.location ?? null,
      job.salary ?? null,
    ],
  );
  const { id } = rows[0]!;
  await withTransaction(pool, (tx) => percolate(tx, id));
  return id;
};
const foundBy = async (search: number) =>
  (await listFound(pool, search, 100)).map(({ job }) => job.id).sort((a, b) => a - b);

describe('a saved search', () => {
  it('finds a job that is posted as a search of that moment would: all words, in any form or synonym, and the filters', async () => {
    const search = await save({ q: 'data programmer', remote: true, min_salary: 50_000 });
    const hit = await post({ title: 'Developer', description: 'of Data', remote: true, salary: 60_000 });
    await post({ title: 'Data developer', remote: false, salary: 60_000 });
    await post({ title: 'Data developer', remote: true, salary: 40_000 });
    await post({ title: 'Data developer', remote: true });
    await post({ title: 'Data nurse', remote: true, salary: 60_000 });
    assert.deepEqual(await foundBy(search), [hit]);
  });

  it('finds a job that is near enough as soon as it is posted, or remote where that counts', async () => {
    const near = await save({ near: 'Utrecht', within: 60 });
    const orRemote = await save({ q: 'miller', near: '52.09,5.12', or_remote: true });
    const hit = await post({ title: 'Miller', location: 'Amsterdam, Netherlands' });
    const remote = await post({ title: 'Miller', location: 'Groningen', remote: true });
    await post({ title: 'Miller', location: 'Somewhere' });
    await post({ title: 'Miller' });
    assert.deepEqual([await foundBy(near), await foundBy(orRemote)], [[hit], [hit, remote]]);
  });

  it('cannot be made of words that every job has', async () => {
    for (const q of ['the', '&', 'of a']) assert.equal(await compile(pool, { q }), undefined, q);
  });

  it('finds nothing while it rests, and no closed job', async () => {
    const search = await save({ q: 'zookeeper' });
    await pool.query('UPDATE saved_searches SET active = false WHERE id = $1', [search]);
    const id = await post({ title: 'Zookeeper' });
    await pool.query('UPDATE saved_searches SET active = true WHERE id = $1', [search]);
    await pool.query('UPDATE jobs SET is_active = false WHERE id = $1', [id]);
    await withTransaction(pool, (tx) => percolate(tx, id));
    assert.deepEqual(await foundBy(search), []);
  });
});

describe('the searches that find a job', () => {
  const words = [
    'data',
    'engineer',
    'nurse',
    'k8s',
    'kubernetes',
    'machine learning',
    'go',
    'the',
    'front end',
    'golang',
    'R&D',
    'C++',
    'babbage',
  ];
  const criteria: fc.Arbitrary<Criteria> = fc
    .record({
      q: fc.option(
        fc.subarray(words, { minLength: 1, maxLength: 2 }).map((some) => some.join(' ')),
        { nil: undefined },
      ),
      location: fc.option(fc.constantFrom('ber', 'LIN', '%'), { nil: undefined }),
      job_type: fc.option(fc.constantFrom('full_time', 'contract'), { nil: undefined }),
      remote: fc.option(fc.boolean(), { nil: undefined }),
      company_id: fc.option(fc.constantFrom(1, 2), { nil: undefined }),
      min_salary: fc.option(fc.constantFrom(0, 50_000), { nil: undefined }),
      near: fc.option(fc.constantFrom('Potsdam', 'Oslo'), { nil: undefined, freq: 1 }),
      within: fc.option(fc.constantFrom(10, 100), { nil: undefined }),
      or_remote: fc.option(fc.boolean(), { nil: undefined }),
      seniority: fc.option(fc.constantFrom('senior', 'unstated'), { nil: undefined, freq: 2 }),
    })
    .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));
  const job = fc.record({
    title: fc
      .tuple(fc.constantFrom('Job', 'Senior'), fc.subarray(words, { maxLength: 3 }))
      .map(([first, some]) => `${first} ${some.join(' ')}`),
    description: fc.subarray(words).map((some) => some.join(', ')),
    remote: fc.boolean(),
    location: fc.option(fc.constantFrom('Berlin', 'Oslo')),
    salary: fc.option(fc.constantFrom(40_000, 60_000)),
    type: fc.constantFrom('full_time', 'contract', 'part_time'),
    company: fc.constantFrom(1, 2),
  });

  it('are found by their anchors as by a look at each of them', async () => {
    await pool.query('DELETE FROM saved_searches; DELETE FROM jobs');
    for (const one of fc.sample(criteria, { seed: 7, numRuns: 300 }))
      if (await compile(pool, one)) await save(one);
    const without = FINDING.replace(/search\.anchors && \(.*?\) AND/s, '');
    assert.notEqual(without, FINDING);
    let all = 0;
    for (const one of fc.sample(job, { seed: 8, numRuns: 60 })) {
      const id = await post(one);
      const sorted = async (sql: string) =>
        (await pool.query<{ id: number }>(`${sql} ORDER BY 1`, [id])).rows.map((row) => row.id);
      const expected = await sorted(without);
      assert.deepEqual(await sorted(FINDING), expected, JSON.stringify(one));
      all += expected.length;
    }
    assert.ok(all > 100, String(all));
  });

  it('are those by which it would be found now', async () => {
    const { search } = searchInPostgres(pool);
    const { rows } = await pool.query<{ id: number; criteria: Criteria & { q: string } }>(
      `SELECT id, criteria FROM saved_searches WHERE criteria ? 'q' ORDER BY id LIMIT 120`,
    );
    let all = 0;
    for (const { id, criteria } of rows) {
      const { jobs, matched } = await search({ ...criteria, page: 1, limit: 100 }, nearOf(criteria));
      const expected = matched === 'words' ? jobs.map((job) => job.id).sort((a, b) => a - b) : [];
      assert.deepEqual(await foundBy(id), expected, JSON.stringify(criteria));
      all += expected.length;
    }
    assert.ok(all > 50, String(all));
  });

  it('are found by an index', async () => {
    const plan = await withTransaction(pool, async (tx) => {
      // Whether it is worth while is the planner's to say, of as many searches as there are.
      await tx.query('SET LOCAL enable_seqscan = off');
      return (await tx.query(`EXPLAIN ${FINDING}`.replaceAll('$1', '1'))).rows;
    });
    assert.match(plan.map((row) => row['QUERY PLAN']).join('\n'), /saved_searches_anchors/);
  });
});

describe('what a search has found', () => {
  before(async () => {
    await pool.query('DELETE FROM saved_searches');
    told.length = 0;
  });

  it('is told once, however often the job is told of and whatever dies in between', async () => {
    const search = await save({ q: 'astronaut' });
    const id = await post({ title: 'Astronaut' });
    await withTransaction(pool, (tx) => percolate(tx, id));
    await assert.rejects(tell(true), /the process dies/);
    assert.equal(told.length, 0);
    await Promise.all([tell(), tell(), tell()]);
    await withTransaction(pool, (tx) => percolate(tx, id));
    assert.equal(await tell(), 0);
    assert.deepEqual(
      told.map(({ searchId, jobs, total }) => [searchId, jobs.map(({ jobId }) => jobId), total]),
      [[search, [id], 1]],
    );
  });

  it('waits a day or a week where that is wanted, and is told together, the latest first, each once', async () => {
    for (const [frequency, interval] of [
      ['daily', '1 day'],
      ['weekly', '7 days'],
    ] as const) {
      told.length = 0;
      const q = `${frequency} diver`;
      const search = await save({ q }, frequency);
      const ids = [await post({ title: q }), await post({ title: q })];
      const due = `SELECT due_at = created_at + interval '${interval}' AS later FROM saved_searches WHERE id = $1`;
      assert.equal((await pool.query(due, [search])).rows[0].later, true);
      assert.equal(await tell(), 0);
      await pool.query('UPDATE saved_searches SET due_at = now() WHERE id = $1', [search]);
      await tell();
      assert.deepEqual(
        told.map(({ jobs, total }) => [jobs.map(({ jobId }) => jobId), total]),
        [[ids.reverse(), 2]],
      );
    }
  });

  it('is not told of a job that was closed before it was time', async () => {
    told.length = 0;
    await save({ q: 'beekeeper' });
    const id = await post({ title: 'Beekeeper' });
    await pool.query('UPDATE jobs SET is_active = false WHERE id = $1', [id]);
    assert.equal(await tell(), 1);
    assert.deepEqual(told, []);
  });

  it('is named up to twenty jobs, and counted beyond', async () => {
    told.length = 0;
    await save({ q: 'falconer' });
    for (let count = 0; count < 22; count++) await post({ title: 'Falconer' });
    await tell();
    assert.deepEqual([told[0]!.jobs.length, told[0]!.total], [20, 22]);
  });
});
