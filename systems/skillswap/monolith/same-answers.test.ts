import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import { demoRefreshToken } from '@banyan/monolith/generator';
import { testServer } from '@banyan/postgres/testing';
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import type { Json } from '../kit/testing/service.ts';
import { startWithGateway } from '../kit/testing/world.ts';
import { skill } from '../services/skill/main.ts';
import { createMonolith } from './app.ts';
import { connect } from './database.ts';
import { generate, userId } from './generate.ts';

type World = Awaited<ReturnType<typeof startWithGateway>>;

let pool: pg.Pool;
let monolith: FastifyInstance;
let service: World;

const USERS = 100;

before(async () => {
  pool = connect(await (await testServer()).database('monolith'));
  await generate(pool, { users: USERS, skills: 40, offered: 250, wanted: 150, sessions: 100, bcryptCost: 4 });
  monolith = await createMonolith(pool, {
    ...{ jwtSecret: 'secret', bcryptCost: 4, accessTokenSeconds: 600, refreshTokenDays: 30 },
  });
  service = (await startWithGateway(skill)) as World;
  for (const [table, rows] of Object.entries(TAKEN)) {
    const { rows: found } = await pool.query(`SELECT json_agg(one) AS all FROM (${rows}) one`);
    await service.service.pool.query(
      `INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1)`,
      [JSON.stringify(found[0].all)],
    );
  }
});
after(async () => {
  await service?.stop();
  await monolith?.close();
  await pool?.end();
});

const TAKEN = {
  skill_categories: 'TABLE skill_categories',
  skills: 'TABLE skills',
  skill_profiles: 'TABLE skill_profiles',
  offered_skills: 'TABLE offered_skills',
  wanted_skills: 'TABLE wanted_skills',
  availability: 'TABLE availability',
  people: 'SELECT id, full_name, status, privacy_settings FROM users_legacy',
};

/** Both answers to a request of the nth user. */
async function ask(
  n: number,
  method: 'GET' | 'PUT' | 'POST',
  path: string,
  body?: object,
): Promise<[Json, Json]> {
  const refreshed = await monolith.inject({
    ...{ method: 'POST', url: '/api/v1/auth/refresh', payload: { refreshToken: demoRefreshToken(n) } },
  });
  const authorization = `Bearer ${refreshed.json().accessToken}`;
  const theirs = await monolith.inject({
    ...{ method, url: `/api/v1${path}`, headers: { authorization } },
    ...(body && { payload: body }),
  });
  const role = n <= 3 ? 'ADMIN' : 'USER';
  const ours = await service.call(userId(n), method, path, body, { role });
  return [
    { status: theirs.statusCode, body: theirs.json() },
    { status: ours.status, body: ours.body },
  ];
}

it('reads are answered as by the monolith', async () => {
  const { rows } = await pool.query('SELECT id, category_id FROM skills ORDER BY name');
  const paths = [
    ...['/skills', '/skills?size=7&page=2', '/skills?query=GRAM', '/skills?page=-1', '/skills/categories'],
    ...[`/skills?categoryId=${rows[0].category_id}`, `/skills?categoryId=${randomUUID()}`, '/skills/trends'],
    ...[`/skills/${rows[3].id}`, `/skills/${randomUUID()}`, '/skills/none'],
    ...[userId(7), userId(8), randomUUID()].map((id) => `/skills/profiles/${id}`),
    ...['/matches', '/matches?maxDistanceKm=900', '/matches?maxDistanceKm=-1'],
  ];
  let found = 0;
  for (const n of [1, 4, 7, 8, 12])
    for (const path of paths) {
      const [theirs, ours] = await ask(n, 'GET', path);
      assert.deepEqual(ours, theirs, `${n} ${path}`);
      if (path === '/matches') found += ours.body.length;
    }
  assert.ok(found > 0);
});

it('writes are too, but for ids and moments', async () => {
  const { rows } = await pool.query('SELECT id, category_id FROM skills ORDER BY name');
  const same = async (n: number, method: 'PUT' | 'POST', path: string, body: object) => {
    const both = await ask(n, method, path, body);
    for (const { body } of both) for (const field of ['id', 'updatedAt']) delete body[field];
    assert.deepEqual(both[1], both[0], `${path} ${JSON.stringify(body)}`);
  };
  const profile = {
    ...{
      headline: 'Ä',
      hourlyRate: 12,
      budget: null,
      city: null,
      latitude: 1.25,
      longitude: null,
      version: 1,
    },
    offered: [rows[5], rows[6]].map(({ id }) => ({ skillId: id, level: 'EXPERT' })),
    wanted: [{ skillId: rows[7].id }],
  };
  const own = `/skills/profiles/${userId(9)}`;
  await same(9, 'PUT', own, profile);
  await same(9, 'PUT', own, profile);
  await same(9, 'PUT', own, { ...profile, version: 2, wanted: [{ skillId: randomUUID() }] });
  await same(9, 'PUT', own, { ...profile, version: 2, hourlyRate: -1 });
  await same(11, 'PUT', own, { ...profile, version: 2 });
  await same(2, 'PUT', own, { ...profile, version: 2, offered: [] });
  await same(2, 'PUT', `/skills/profiles/${randomUUID()}`, profile);
  const skillOf = (name: string, categoryId: string) => ({ name, description: 'new', categoryId });
  await same(2, 'POST', '/skills', skillOf('Whistling', rows[0].category_id));
  await same(2, 'POST', '/skills', skillOf('Whistling', rows[0].category_id));
  await same(2, 'POST', '/skills', skillOf('Humming', randomUUID()));
});
