import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createPool, type Db } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import fc from 'fast-check';
import { keyset } from './pages.ts';

let pool: Db;
before(async () => {
  pool = createPool(await (await testServer()).database('pages'));
  await pool.query(
    'CREATE TABLE jobs (id integer PRIMARY KEY, title text NOT NULL, at timestamptz NOT NULL)',
  );
});
after(async () => await pool?.end());

const list = { text: 'SELECT id, title, at FROM jobs WHERE id <> $1', values: [0] };
const newest = keyset([
  { column: 'at', type: 'timestamptz', descending: true },
  { column: 'id', type: 'integer' },
]);

async function ids(limit: number, order = newest): Promise<number[]> {
  const found: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await order.page<{ id: number }>(pool, list, { limit, cursor });
    assert.ok(page.items.length <= limit);
    found.push(...page.items.map(({ id }) => id));
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  return found;
}

describe('pages', () => {
  it('have every row once, in order, whatever their size and however many share a microsecond', async () => {
    const rows = fc.uniqueArray(
      fc.record({ id: fc.integer({ min: 1, max: 999 }), micros: fc.integer({ min: 0, max: 3 }) }),
      {
        selector: ({ id }) => id,
        maxLength: 12,
      },
    );
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 5 }), async (jobs, limit) => {
        await pool.query('DELETE FROM jobs');
        for (const { id, micros } of jobs) {
          await pool.query(
            `INSERT INTO jobs VALUES ($1, 'x', timestamptz '2026-01-01' + make_interval(secs => $2 / 1e6))`,
            [id, micros],
          );
        }
        const expected = jobs.toSorted((a, b) => b.micros - a.micros || a.id - b.id).map(({ id }) => id);
        assert.deepEqual(await ids(limit), expected);
      }),
      { numRuns: 30 },
    );
  });

  it('neither skip nor repeat a row when others come and go between them', async () => {
    await pool.query('DELETE FROM jobs');
    await pool.query(
      `INSERT INTO jobs SELECT i, 'x', timestamptz '2026-01-01' - i * interval '1 s' FROM generate_series(1, 6) i`,
    );
    const first = await newest.page<{ id: number }>(pool, list, { limit: 3 });
    await pool.query(`DELETE FROM jobs WHERE id = 3`);
    await pool.query(`INSERT INTO jobs VALUES (9, 'newer', '2026-01-02')`);
    const second = await newest.page<{ id: number }>(pool, list, { limit: 3, cursor: first.next_cursor! });
    assert.deepEqual(
      second.items.map(({ id }) => id),
      [4, 5, 6],
    );
    assert.equal(second.next_cursor, null);
    assert.deepEqual(Object.keys(second.items[0]!), ['id', 'title', 'at']);
  });

  it('refuse cursors that this list has not given', async () => {
    const byTitle = keyset([
      { column: 'title', type: 'text' },
      { column: 'id', type: 'integer' },
    ]);
    const { next_cursor: foreign } = await byTitle.page(pool, list, { limit: 1 });
    const { next_cursor: own } = await newest.page(pool, list, { limit: 1 });
    const [mark] = JSON.parse(Buffer.from(own!, 'base64url').toString());
    const made = (...key: unknown[]) => Buffer.from(JSON.stringify([mark, ...key])).toString('base64url');
    const bad = [
      foreign!,
      'nonsense',
      '',
      made('2026-01-01'),
      made('yesterday-ish', '1'),
      made('2026-01-01', '99999999999'),
      made('2026-01-01', 1),
    ];
    for (const cursor of bad) {
      await assert.rejects(
        newest.page(pool, list, { limit: 1, cursor }),
        { status: 400, code: 'BAD_CURSOR' },
        cursor,
      );
    }
  });

  it('find their place by an index', async () => {
    await pool.query('CREATE INDEX ON jobs (at DESC, id)');
    await pool.query(
      `INSERT INTO jobs SELECT i, 'x', timestamptz '2026-01-01' - i * interval '1 s' FROM generate_series(100, 20000) i`,
    );
    await pool.query('ANALYZE jobs');
    let explained = '';
    const explaining = {
      query: async (text: string, values: unknown[]) => {
        const { rows } = await pool.query(`EXPLAIN ${text}`, values);
        explained = rows.map((row) => row['QUERY PLAN']).join('\n');
        return { rows: [] };
      },
    } as never;
    const { next_cursor: cursor } = await newest.page(pool, list, { limit: 5000 });
    await newest.page(explaining, list, { limit: 20, cursor: cursor! });
    assert.match(explained, /Index Scan.*\n.*Index Cond: \(at <=/);
  });
});
