import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { freePort } from '@banyan/banyan/operate';
import { type Gateway, memorySource, startGateway } from '@banyan/gateway';
import { buildRouteTable, resolvePlan } from '@banyan/plan';
import { testServer } from '@banyan/postgres/testing';
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { request } from './kit/testing/request.ts';
import { type Services, startServices } from './kit/testing/services.ts';
import { createMonolith } from './monolith/app.ts';
import { connect } from './monolith/database.ts';
import { generate } from './monolith/generate.ts';

/**
 * The real gateway with the system's own plan, both services on their own: an export and a deletion ask for the rest of the
 * person through the gateway, with the token that their caller's was exchanged for.
 */

const SECRET = 'the secret of the legacy system, long enough';
const PASSWORD = 'a good password';

let pool: pg.Pool;
let monolith: FastifyInstance;
let services: Services;
let stop = async () => {};
let gateway: Gateway;

before(async () => {
  const server = await testServer();
  const legacy = await server.database('monolith');
  pool = connect(legacy);
  await generate(pool, { users: 5, companies: 2, jobs: 5, applications: 20, bcryptCost: 4 });
  const settings = { jwtSecret: SECRET, bcryptCost: 4, accessTokenSeconds: 3_600, refreshTokenDays: 30 };
  monolith = await createMonolith(pool, settings);
  const port = await freePort();
  const started = await startServices(server, { gatewayUrl: `http://127.0.0.1:${port}` });
  ({ services, stop } = started);
  Object.assign(process.env, {
    CAREER_MONOLITH_URL: await monolith.listen({ port: 0, host: '127.0.0.1' }),
    CAREER_MONOLITH_DATABASE_URL: legacy,
    CAREER_AUTH_URL: services.auth.url,
    CAREER_AUTH_DATABASE_URL: started.databases.auth,
    CAREER_USERS_URL: services.users.url,
    CAREER_USERS_DATABASE_URL: started.databases.users,
    CAREER_SERVICES: 'auth,users',
    CAREER_JWT_SECRET: SECRET,
    CAREER_GATEWAY_KEY: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
    BANYAN_DATABASE_URL: 'postgresql://127.0.0.1/control',
  });
  const { default: plan } = await import('./banyan.config.ts');
  const retired = { stage: 'retired', share: 10_000 } as const;
  const table = buildRouteTable(resolvePlan(plan), { auth: retired, users: retired }, 1);
  gateway = await startGateway({ source: memorySource(table), port, onError: console.error });
});

after(async () => {
  await gateway?.stop(1_000);
  await Promise.all([monolith?.close(), stop()]);
  await pool?.end();
});

type Person = { id: number; email: string; token: string };

let people = 0;

/** Somebody of all three, with a token of the legacy system's or of auth's. */
async function person(from: 'monolith' | 'auth'): Promise<Person> {
  const email = `person-${++people}@example.com`;
  const body = { email, password: PASSWORD, full_name: 'Ada King' };
  const registered = await monolith.inject({ method: 'POST', url: '/api/v1/auth/register', payload: body });
  const { user, access_token: token } = registered.json();
  const { rows } = await pool.query('SELECT hashed_password FROM users WHERE id = $1', [user.id]);
  await services.auth.pool.query(
    `INSERT INTO accounts (id, email, password_hash, display_name) VALUES ($1, $2, $3, 'Ada King')`,
    [user.id, email, rows[0].hashed_password],
  );
  await services.users.pool.query(
    `INSERT INTO profiles (user_id, email, first_name, last_name) VALUES ($1, $2, 'Ada', 'King')`,
    [user.id, email],
  );
  const job = await pool.query('SELECT min(id) AS id FROM jobs WHERE is_active');
  await pool.query(`INSERT INTO applications (user_id, job_id, status) VALUES ($1, $2, 'saved')`, [
    user.id,
    job.rows[0].id,
  ]);
  if (from === 'monolith') return { id: user.id, email, token };
  const login = await ask('POST', '/auth/login', undefined, { email, password: PASSWORD });
  return { id: user.id, email, token: login.body.access_token };
}

const ask = (method: string, path: string, token?: string, body?: object) =>
  request(gateway.url, method, path, { token, body });

for (const from of ['monolith', 'auth'] as const)
  describe(`whoever ${from === 'monolith' ? 'the monolith' : 'auth'} logged in`, () => {
    it('exports all that is known of them, from both services and the monolith', async () => {
      const { id, email, token } = await person(from);
      const { status, body } = await ask('GET', '/users/me/export', token);
      assert.equal(status, 200);
      assert.deepEqual([body.account.id, body.profile.email], [id, email]);
      assert.equal(body.applications.length, 1);
    });

    it('deletes profile and account at once', async () => {
      const { id, token } = await person(from);
      assert.equal((await ask('DELETE', '/users/me', token)).status, 204);
      const account = await services.auth.pool.query('SELECT email, is_active FROM accounts WHERE id = $1', [
        id,
      ]);
      assert.deepEqual(account.rows, [{ email: `deleted-${id}@deleted.invalid`, is_active: false }]);
      const profile = await services.users.pool.query('SELECT first_name FROM profiles WHERE user_id = $1', [
        id,
      ]);
      assert.deepEqual(profile.rows, [{ first_name: 'Deleted' }]);
    });
  });
