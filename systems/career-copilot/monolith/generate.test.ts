import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { verify } from '@node-rs/bcrypt';
import type pg from 'pg';
import { connect } from './database.ts';
import { demoPassword, demoRefreshToken, generate, isActive } from './generate.ts';
import { addVisitor } from './generator/visitor.ts';
import { VISITOR } from './visitor.ts';

const SIZE = { users: 1000, companies: 20, jobs: 50, applications: 2500, bcryptCost: 4 };
let one: pg.Pool;
let two: pg.Pool;

before(async () => {
  const server = await testServer();
  one = connect(await server.database('one'));
  two = connect(await server.database('two'));
  await Promise.all([generate(one, SIZE), generate(two, SIZE)]);
});

after(async () => await Promise.all([one?.end(), two?.end()]));

const TABLES = [
  'users',
  'companies',
  'jobs',
  'refresh_tokens',
  'applications',
  'application_timeline',
  'application_notes',
  'documents',
  'notifications',
];

async function value<T>(pool: pg.Pool, sql: string, values: unknown[] = []): Promise<T> {
  const { rows } = await pool.query<{ value: T }>(sql, values);
  return rows[0]!.value;
}

describe('the generator', () => {
  it('makes the same rows each time', async () => {
    for (const table of TABLES) {
      const sql = `SELECT md5(string_agg(t::text, E'\\n' ORDER BY id)) AS value FROM ${table} t`;
      const sum = await value<string>(one, sql);
      assert.ok(sum, `${table} is empty`);
      assert.equal(await value(two, sql), sum, table);
    }
  });

  it('makes as many as it is asked for', async () => {
    for (const table of ['users', 'companies', 'jobs', 'applications'] as const) {
      assert.equal(await value(one, `SELECT count(*)::int AS value FROM ${table}`), SIZE[table]);
    }
  });

  it('knows names of every shape', async () => {
    const count = (condition: string) =>
      value<number>(one, `SELECT count(*)::int AS value FROM users WHERE ${condition}`);
    const shapes = {
      'one word': `full_name !~ ' '`,
      'three words': `full_name ~ '^\\S+ \\S+ \\S+$'`,
      'a double space': `full_name ~ '  '`,
      'a space at the end': `full_name ~ ' $'`,
      'an apostrophe': `full_name ~ ''''`,
      'an accent': `full_name ~ '[^ -~]'`,
    };
    for (const [shape, condition] of Object.entries(shapes)) assert.ok((await count(condition)) > 0, shape);
    assert.ok((await count('headline IS NULL AND phone IS NULL')) > 0);
    assert.ok((await count('email <> lower(email)')) === 0);
    assert.equal(await count(`full_name ~ '[\\n\\t]' OR headline ~ '[\\n\\t]'`), 0);
  });

  it('lets people in with the demo passwords and tokens, and not those it locked out', async () => {
    for (const id of [1, 42, 1000]) {
      const hashed = await value<string>(one, 'SELECT hashed_password AS value FROM users WHERE id = $1', [
        id,
      ]);
      assert.ok(await verify(demoPassword(id), hashed));
      assert.equal(
        await value(one, 'SELECT is_active AS value FROM users WHERE id = $1', [id]),
        isActive(id),
      );
      const secret = createHash('sha256').update(demoRefreshToken(id)).digest('hex');
      const sql = 'SELECT user_id AS value FROM refresh_tokens WHERE token_hash = $1';
      assert.equal(await value(one, sql, [secret]), id);
    }
  });

  it('leaves the ids that it used, and every reference whole', async () => {
    await one.query(`INSERT INTO users (email, hashed_password, full_name) VALUES ('a@b.c', 'x', 'A')`);
    const foreignKeys = await value(
      one,
      `SELECT count(*)::int AS value FROM pg_constraint WHERE contype = 'f' AND convalidated`,
    );
    assert.equal(foreignKeys, 9);
  });

  it('does not fill a database that has users', async () => {
    await assert.rejects(generate(one, SIZE), /has users already/);
  });
});

// Last: the others compare what the generator alone makes.
it('a visitor comes to generated data as somebody of their own, in the middle of it', async () => {
  await addVisitor(two, 4);
  const person = await value<{ id: number; hash: string; active: boolean }>(
    two,
    `SELECT json_build_object('id', id, 'hash', hashed_password, 'active', is_active) AS value FROM users WHERE email = $1`,
    [VISITOR.email],
  );
  assert.ok(person.id > SIZE.users && person.active && (await verify(VISITOR.password, person.hash)));
  const states = `SELECT count(DISTINCT status)::int AS value FROM applications WHERE user_id = $1`;
  assert.equal(await value(two, states, [person.id]), 7);
  const broken = `SELECT count(*)::int AS value FROM applications a WHERE user_id = $1 AND status IS DISTINCT FROM
    (SELECT to_status FROM application_timeline WHERE application_id = a.id ORDER BY created_at DESC, id DESC LIMIT 1)`;
  assert.equal(await value(two, broken, [person.id]), 0);
});
