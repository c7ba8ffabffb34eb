import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { demoPassword, demoRefreshToken } from '@banyan/monolith/generator';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import { moved, type SessionAction } from '../kit/sessions/transitions.ts';
import { createMonolith } from './app.ts';
import { connect } from './database.ts';
import { generate, isActive, userId } from './generate.ts';
import { contradictions } from './testing/ledger.ts';

const SIZE = { users: 400, skills: 400, offered: 700, wanted: 500, sessions: 1500, bcryptCost: 4 };
const DAY = 86_400_000;
let one: pg.Pool;
let two: pg.Pool;
let rows: Record<string, number>;

before(async () => {
  const server = await testServer();
  one = connect(await server.database('one'));
  two = connect(await server.database('two'));
  [rows] = (await Promise.all([generate(one, SIZE), generate(two, SIZE)])) as [typeof rows, typeof rows];
});
after(async () => await Promise.all([one?.end(), two?.end()]));

describe('the generator', () => {
  it('makes the same rows each time, as many as it is asked for', async () => {
    for (const [table, count] of Object.entries(rows)) {
      const sql = `SELECT count(*)::int AS count, md5(string_agg(t::text, E'\\n' ORDER BY t::text)) AS sum FROM ${table} t`;
      const [mine, theirs] = [await one.query(sql), await two.query(sql)];
      assert.ok(count > 0, `${table} is empty`);
      assert.deepEqual(mine.rows, theirs.rows, table);
      assert.equal(mine.rows[0].count, count);
    }
    const { users_legacy, skills, offered_skills, wanted_skills, sessions } = rows;
    assert.deepEqual(
      [users_legacy, skills, offered_skills, wanted_skills, sessions],
      [SIZE.users, SIZE.skills, SIZE.offered, SIZE.wanted, SIZE.sessions],
    );
  });

  it('makes wallets, holds, transactions and ratings that add up', async () => {
    assert.deepEqual(await contradictions(one), []);
    const { rows } = await one.query('SELECT sum(held)::int AS held, min(balance) AS least FROM wallets');
    assert.ok(rows[0].held > 0 && rows[0].least >= 0);
  });

  it('leaves every reference whole, and each session in a state of its history', async () => {
    const { rows } = await one.query(
      `SELECT count(*)::int AS count FROM pg_constraint WHERE contype = 'f' AND convalidated`,
    );
    assert.equal(rows[0].count, 28);
    const broken = await one.query(
      `SELECT id FROM sessions WHERE state <> (SELECT to_state FROM session_history
         WHERE session_id = sessions.id ORDER BY created_at DESC LIMIT 1)`,
    );
    assert.equal(broken.rowCount, 0);
  });

  it('makes sessions of the day on which it runs: some can be begun at once, some ended, of some the other one did not come', async (t) => {
    const pool = connect(await (await testServer()).database('today'));
    t.after(() => pool.end());
    const now = Date.UTC(2030, 0, 15, 12);
    const asked = { ...SIZE, sessions: 10, today: 100, now };
    assert.equal((await generate(pool, asked)).sessions, 110);
    assert.deepEqual(await contradictions(pool), []);
    const { rows } = await pool.query<Parameters<typeof moved>[0] & { seeker: string; provider: string }>(
      `SELECT state, extract(epoch FROM starts_at)::float8 * 1000 AS "startsAt", extract(epoch FROM ends_at)::float8 * 1000 AS "endsAt",
         seeker_id AS seeker, provider_id AS provider FROM sessions WHERE starts_at BETWEEN $1 AND $2`,
      [new Date(now - DAY / 2), new Date(now + DAY / 2)],
    );
    assert.equal(rows.length, 100);
    assert.equal(new Set(rows.map(({ provider }) => provider)).size, 100);
    assert.ok(rows.every(({ seeker, provider }) => seeker !== provider));
    const can = (action: SessionAction, minutes: number) =>
      rows.filter((session) => 'to' in moved(session, action, 'seeker', now + minutes * 60_000)).length;
    for (const minutes of [0, 10]) {
      assert.ok(can('start', minutes) > 10, 'to be begun');
      assert.ok(can('complete', minutes) > 5, 'to be ended');
      assert.ok(can('noShow', minutes) > 5, 'nobody came');
    }
  });

  it('lets people in with the demo passwords and tokens, and finds them matches', async () => {
    const settings = { jwtSecret: 'secret', bcryptCost: 4, accessTokenSeconds: 60, refreshTokenDays: 1 };
    const app = await createMonolith(one, settings);
    const { rows } = await one.query('SELECT email FROM users_legacy WHERE id = $1', [userId(42)]);
    const post = (path: string, payload: object) =>
      app.inject({ method: 'POST', url: `/api/v1/auth/${path}`, payload });
    const login = await post('login', { email: rows[0].email, password: demoPassword(42) });
    assert.equal(login.statusCode, 200);
    assert.equal((await post('refresh', { refreshToken: demoRefreshToken(7) })).statusCode, 200);
    assert.ok(isActive(7) && !isActive(100));
    assert.equal((await post('refresh', { refreshToken: demoRefreshToken(101) })).statusCode, 200);
    const authorization = `Bearer ${login.json().accessToken}`;
    const matches = await app.inject({ url: '/api/v1/matches', headers: { authorization } });
    assert.equal(matches.statusCode, 200);
    await app.close();
  });

  it('does not fill a database that has users', async () => {
    await assert.rejects(generate(one, SIZE), /has users already/);
  });
});
