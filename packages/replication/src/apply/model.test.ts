import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isServiceSide } from '@banyan/cohort';
import fc from 'fast-check';
import type pg from 'pg';
import { openLink } from '../link/link.ts';
import { copy, rename, table } from '../mapping/mapping.ts';
import {
  LEGACY_USERS,
  LIMIT,
  type Pair,
  pair,
  type Running,
  rowsOf,
  run,
  SERVICE_USERS,
  usersMapping,
} from '../testing/support.ts';
import { verify } from '../verify/verify.ts';

/** More and longer runs: REPLICATION_RUNS=50 REPLICATION_STEPS=300. */
const RUNS = Number(process.env.REPLICATION_RUNS ?? 3);
const STEPS = Number(process.env.REPLICATION_STEPS ?? 80);

const LEGACY = `${LEGACY_USERS};
  CREATE TABLE posts (tenant int, id bigint, user_id int, title text UNIQUE, body text, PRIMARY KEY (tenant, id));
  CREATE TABLE settings (name text PRIMARY KEY, value jsonb)`;
const SERVICE = `${SERVICE_USERS};
  CREATE TABLE articles (tenant int, article_id bigint, author bigint, title text UNIQUE, body text, PRIMARY KEY (tenant, article_id));
  CREATE TABLE settings (name text PRIMARY KEY, value jsonb)`;
const TABLES = [
  usersMapping(),
  table({
    legacy: { table: 'posts', key: ['tenant', 'id'] },
    service: { table: 'articles', key: ['tenant', 'article_id'] },
    owner: { by: 'key', legacyColumn: 'user_id', serviceColumn: 'author' },
    columns: [copy('tenant'), rename('id', 'article_id'), rename('user_id', 'author'), copy('title', 'body')],
  }),
  table({ legacy: { table: 'settings', key: ['name'] }, columns: [copy('name', 'value')] }),
];

type Step =
  | { do: 'writes'; writes: Write[] }
  | { do: 'share'; share: number }
  | { do: 'restart'; direction: 'forward' | 'reverse' }
  | { do: 'settle' };
type Write = { what: string; pick: number; text: string; other: number };

const name = fc.oneof(
  fc.constantFrom('Cher', 'Cher ', '', ' ', 'Ann Lee', 'Zoë van Dam'),
  fc.string({ maxLength: 12 }),
);
const write: fc.Arbitrary<Write> = fc.record({
  what: fc.constantFrom(
    'insert user',
    'insert user',
    'rename user',
    'rename user',
    'mail user',
    'login user',
    'delete user',
    'insert post',
    'insert post',
    'edit post',
    'long post',
    'move post',
    'give post',
    'delete post',
    'swap titles',
    'set setting',
    'delete setting',
  ),
  pick: fc.nat(1000),
  text: name.map((text) => text.replaceAll('\0', '')),
  other: fc.nat(1000),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 16,
    arbitrary: fc.record({
      do: fc.constant('writes' as const),
      writes: fc.array(write, { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('share' as const),
      share: fc.constantFrom(0, 2000, 5000, 8000, 10_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('restart' as const),
      direction: fc.constantFrom('forward' as const, 'reverse' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
);

test('whatever both sides write, by ownership and across moves, restarts and repairs, both sides end equal', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: STEPS, maxLength: STEPS }), async (steps) => {
      const dbs = await pair(LEGACY, SERVICE, TABLES);
      const world = new World(dbs);
      try {
        await world.begin();
        for (const each of steps) await world.take(each);
        await world.checkEqual();
      } finally {
        await world.end();
      }
    }),
    { numRuns: RUNS, endOnFailure: true, ...(process.env.SEED ? { seed: Number(process.env.SEED) } : {}) },
  );
});

class World {
  readonly dbs: Pair;
  share = 0;
  serial = 0;
  forward!: Running;
  reverse!: Running;

  constructor(dbs: Pair) {
    this.dbs = dbs;
  }

  async begin(): Promise<void> {
    const { legacy } = this.dbs;
    await legacy.query(
      `INSERT INTO users (full_name, email) SELECT 'User ' || i, 'seed' || i FROM generate_series(1, 40) i`,
    );
    await legacy.query(
      `INSERT INTO posts SELECT i % 2, i, 1 + i % 40, 'post ' || i, repeat(md5(i::text), 200) FROM generate_series(1, 60) i`,
    );
    const link = openLink(this.dbs.config('forward'));
    await link.prepare();
    // Changes after the slot and before, during and after the copy.
    await this.write({ what: 'rename user', pick: 3, text: 'Between Slot And Copy', other: 0 });
    await this.write({ what: 'delete post', pick: 5, text: '', other: 0 });
    await this.write({ what: 'swap titles', pick: 7, text: '', other: 9 });
    const copying = link.copy({ rangeRows: 10 });
    for (let index = 0; index < 10; index++)
      await this.write({
        what: index % 2 ? 'insert post' : 'swap titles',
        pick: index,
        text: 'during',
        other: 20 + index,
      });
    await copying;
    this.forward = run(link);
    const reverse = openLink(this.dbs.config('reverse'));
    await reverse.prepare();
    this.reverse = run(reverse);
    await this.settle();
  }

  async take(each: Step): Promise<void> {
    if (each.do === 'writes') for (const one of each.writes) await this.write(one);
    else if (each.do === 'settle') await this.settle();
    else if (each.do === 'share') await this.move(each.share);
    else {
      const old = this[each.direction];
      await old.stop();
      this[each.direction] = run(openLink(this.dbs.config(each.direction, { share: this.share })));
    }
  }

  /** As the fenced step does it: nothing is written while both links come to the marker. */
  async move(share: number): Promise<void> {
    await this.streaming();
    const [marked, other] = share >= this.share ? [this.forward, this.reverse] : [this.reverse, this.forward];
    other.link.hold();
    await marked.link.barrier({ ...LIMIT, lock: true, hold: true });
    for (const { link } of [marked, other]) link.release(share);
    this.share = share;
  }

  async streaming(): Promise<void> {
    for (const running of [this.forward, this.reverse])
      await Promise.race([
        running.ended.then(() => assert.fail('the stream ended')),
        running.link.barrier(LIMIT),
      ]);
  }

  async settle(): Promise<void> {
    for (let round = 0; round < 3; round++) await this.streaming();
  }

  async checkEqual(): Promise<void> {
    // Repairs are asked for beside the stream; they are through when none is left and the markers after them are.
    for (;;) {
      await this.settle();
      const open = await Promise.all(
        [this.dbs.legacy, this.dbs.service].map((db) => rowsOf(db, 'SELECT count(*) FROM banyan.repairs')),
      );
      if (open.flat(2).every((count) => count === '0')) break;
    }
    await this.settle();
    const { legacy, service } = this.dbs;
    const text = 'id::text, full_name, email, last_login::text';
    assert.deepEqual(
      await rowsOf(legacy, `SELECT ${text} FROM users ORDER BY id`),
      await rowsOf(
        service,
        `SELECT person_id::text, first_name || coalesce(' ' || last_name, ''), email, last_login::text FROM people ORDER BY person_id`,
      ),
    );
    assert.deepEqual(
      await rowsOf(legacy, 'SELECT tenant, id, user_id, title, md5(body) FROM posts ORDER BY tenant, id'),
      await rowsOf(
        service,
        'SELECT tenant, article_id, author, title, md5(body) FROM articles ORDER BY 1, 2',
      ),
    );
    assert.deepEqual(
      await rowsOf(legacy, 'SELECT name, value::text FROM settings ORDER BY name'),
      await rowsOf(service, 'SELECT name, value::text FROM settings ORDER BY name'),
    );
    for (const mapping of TABLES) {
      const verdict = await verify({
        legacy: this.dbs.legacyUrl,
        service: this.dbs.serviceUrl,
        mapping,
        salt: 'users',
        share: this.share,
        waitApplied: async ({ direction }) => void (await this[direction].link.barrier(LIMIT)),
        allowEmpty: true,
        rangeRows: 100,
      });
      assert.equal(verdict.verdict, 'CONSISTENT', JSON.stringify(verdict));
    }
  }

  async end(): Promise<void> {
    await Promise.allSettled([this.forward?.stop(), this.reverse?.stop()]);
    await openLink(this.dbs.config('forward')).drop();
    await openLink(this.dbs.config('reverse')).drop();
    await this.dbs.close();
  }

  /** A write on the side that owns the row. One that the side's own constraints refuse is no write. */
  async write({ what, pick, text, other }: Write): Promise<void> {
    const unique = `${text}#${++this.serial}`;
    try {
      if (what.endsWith('user')) await this.writeUser(what, pick, text, unique);
      else if (what.endsWith('setting')) await this.writeSetting(what, pick, text);
      else await this.writePost(what, pick, unique, other);
    } catch (error) {
      if ((error as { code?: string }).code !== '23505') throw error;
    }
  }

  async writeUser(what: string, pick: number, text: string, unique: string): Promise<void> {
    const { legacy, service } = this.dbs;
    if (what === 'insert user') {
      if (pick % 2)
        await legacy.query('INSERT INTO users (full_name, email) VALUES ($1, $2)', [text, unique]);
      else
        await service.query('INSERT INTO people (first_name, last_name, email) VALUES ($1, $2, $3)', [
          text,
          pick % 3 ? null : 'X',
          unique,
        ]);
      return;
    }
    const id = await this.pickFrom(legacy, 'SELECT id::text FROM users ORDER BY id', pick);
    if (id === undefined) return;
    if (what === 'login user') {
      await legacy.query(`UPDATE users SET last_login = now() - $2 * interval '1 s' WHERE id = $1`, [
        id,
        pick,
      ]);
    } else if (!isServiceSide(this.share, 'users', id)) {
      if (what === 'rename user')
        await legacy.query('UPDATE users SET full_name = $2 WHERE id = $1', [id, text]);
      if (what === 'mail user') await legacy.query('UPDATE users SET email = $2 WHERE id = $1', [id, unique]);
      if (what === 'delete user') await legacy.query('DELETE FROM users WHERE id = $1', [id]);
    } else {
      const given = text.includes(' ') && pick % 2 ? `${text} more words` : text;
      if (what === 'rename user')
        await service.query(
          'UPDATE people SET first_name = $2, last_name = $3, version = version + 1 WHERE person_id = $1',
          [id, given, pick % 5 ? unique : null],
        );
      if (what === 'mail user')
        await service.query('UPDATE people SET email = $2 WHERE person_id = $1', [id, unique]);
      if (what === 'delete user') await service.query('DELETE FROM people WHERE person_id = $1', [id]);
    }
  }

  async writePost(what: string, pick: number, unique: string, other: number): Promise<void> {
    const { legacy, service } = this.dbs;
    const someone = await this.pickFrom(legacy, 'SELECT id::text FROM users ORDER BY id', other);
    if (what === 'insert post') {
      const onService = someone !== undefined && isServiceSide(this.share, 'users', someone);
      const values = [pick % 3, 1000 + this.serial, someone ?? null, unique, 'body '.repeat(pick)];
      if (onService) await service.query('INSERT INTO articles VALUES ($1, $2, $3, $4, $5)', values);
      else await legacy.query('INSERT INTO posts VALUES ($1, $2, $3, $4, $5)', values);
      return;
    }
    for (const [db, list, id, author] of [
      [legacy, 'posts', 'id', 'user_id'],
      [service, 'articles', 'article_id', 'author'],
    ] as const) {
      const all = await rowsOf(db, `SELECT tenant, ${id}, ${author}, title FROM ${list} ORDER BY 1, 2`);
      const mine = all.filter((row) => isOwner(this.share, row[2]!) === (db === service));
      const row = mine[pick % Math.max(1, mine.length)];
      const second = mine[other % Math.max(1, mine.length)];
      if (!row || (db === legacy) === (pick % 2 === 0 && mine.length < all.length)) continue;
      const at = `WHERE tenant = $1 AND ${id} = $2`;
      const key = [row[0], row[1]];
      if (what === 'edit post') await db.query(`UPDATE ${list} SET title = $3 ${at}`, [...key, unique]);
      if (what === 'long post')
        await db.query(`UPDATE ${list} SET body = $3 ${at}`, [...key, `${unique} `.repeat(3000)]);
      if (what === 'move post')
        await db.query(`UPDATE ${list} SET tenant = 7, ${id} = $3 ${at}`, [...key, 5000 + this.serial]);
      if (what === 'give post' && someone)
        await db.query(`UPDATE ${list} SET ${author} = $3 ${at}`, [...key, someone]);
      if (what === 'delete post') await db.query(`DELETE FROM ${list} ${at}`, key);
      if (what === 'swap titles' && second && second !== row)
        await db.query(
          `BEGIN; UPDATE ${list} SET title = 'tmp' WHERE tenant = ${row[0]} AND ${id} = ${row[1]};
           UPDATE ${list} SET title = '${row[3]!.replaceAll("'", "''")}' WHERE tenant = ${second[0]} AND ${id} = ${second[1]};
           UPDATE ${list} SET title = '${second[3]!.replaceAll("'", "''")}' WHERE tenant = ${row[0]} AND ${id} = ${row[1]}; COMMIT`,
        );
      return;
    }
  }

  async writeSetting(what: string, pick: number, text: string): Promise<void> {
    const db = this.share >= 10_000 ? this.dbs.service : this.dbs.legacy;
    if (what === 'set setting')
      await db.query(
        'INSERT INTO settings VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value',
        [`s${pick % 7}`, JSON.stringify({ text, big: 12345678901234567890n.toString() })],
      );
    else await db.query('DELETE FROM settings WHERE name = $1', [`s${pick % 7}`]);
  }

  async pickFrom(db: pg.Pool, sql: string, pick: number): Promise<string | undefined> {
    const rows = await rowsOf(db, sql);
    return rows[pick % Math.max(1, rows.length)]?.[0] ?? undefined;
  }
}

function isOwner(share: number, key: string | null): boolean {
  return key === null ? share >= 10_000 : isServiceSide(share, 'users', key);
}
