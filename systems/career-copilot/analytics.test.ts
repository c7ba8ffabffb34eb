import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Environment } from '@banyan/harness/run';
import { createPool } from '@banyan/postgres';
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { startTestEnvironment } from './kit/testing/environment.ts';
import { postJob } from './kit/testing/post-job.ts';
import { type Json, request } from './kit/testing/request.ts';
import { goTo } from './kit/testing/stages.ts';
import { until } from './kit/testing/until.ts';
import { createMonolith } from './monolith/app.ts';
import data from './monolith/data.ts';
import { connect } from './monolith/database.ts';

/**
 * The dashboard of the monolith, and of analytics, which has none of its tables: what it tells is made of what the applications service
 * tells, be it of its own or of what the monolith does.
 */

const USERS = 40;
const PEOPLE = [4, 5, 6, 7];
const PATHS = ['summary', 'funnel', 'weekly'].map((name) => `/analytics/${name}`);
const LIMIT = { timeout: 400_000 };

let environment: Environment;
let pool: pg.Pool;
let analytics: pg.Pool;
/** The one on the same rows that nobody moves. */
let monolith: FastifyInstance;

before(async () => {
  environment = await startTestEnvironment('analytics', {
    services: ['applications', 'analytics'],
    users: USERS,
  });
  pool = connect(environment.databases.get('monolith')!);
  analytics = createPool(environment.databases.get('analytics')!, { max: 2 });
  monolith = await createMonolith(pool, {
    jwtSecret: environment.secret,
    bcryptCost: 4,
    accessTokenSeconds: 1_800,
    refreshTokenDays: 30,
  });
}, LIMIT);

after(async () => {
  await monolith?.close();
  await Promise.all([pool, analytics].map((one) => one?.end()));
  await environment?.stop();
});

const tokenOf = (person: number) => data.token(person, environment.secret);
const call = (person: number, method: string, path: string, body?: object) =>
  request(environment.gatewayUrl, method, path, { token: tokenOf(person), body });

/** To the byte, with all that a client sees of it. */
async function told(person: number, path: string): Promise<{ legacy: unknown; shown: unknown }> {
  const headers = { authorization: `Bearer ${tokenOf(person)}` };
  const shown = await fetch(`${environment.gatewayUrl}/api/v1${path}`, { headers });
  const legacy = await monolith.inject({ url: `/api/v1${path}`, headers });
  return {
    legacy: [legacy.statusCode, legacy.headers['content-type'], legacy.body],
    shown: [shown.status, shown.headers.get('content-type'), await shown.text()],
  };
}

/** For a job of its own, as soon as applications has heard of it, and on to a screening. */
async function apply(person: number): Promise<void> {
  const { id: job_id } = await postJob(pool);
  const { body } = await until(async () => {
    const answer = await call(person, 'POST', '/applications', { job_id, status: 'saved' });
    assert.ok([201, 404].includes(answer.status), JSON.stringify(answer));
    return answer.status === 201 && answer;
  });
  for (const status of ['applied', 'screening'])
    assert.equal((await call(person, 'PATCH', `/applications/${body.id}/status`, { status })).status, 200);
}

/** Sooner or later: the test's own limit ends the wait. */
async function sameForAll(people: number[] = PEOPLE): Promise<void> {
  for (const person of people)
    for (const path of PATHS)
      await until(async () => {
        const { legacy, shown } = await told(person, path);
        return JSON.stringify(legacy) === JSON.stringify(shown);
      });
}

async function rowsIn(db: pg.Pool, sql: string): Promise<number> {
  return Number((await db.query(sql)).rows[0].count);
}

it(
  'with no user moved, analytics knows what was there before it and what the monolith does since',
  LIMIT,
  async () => {
    const { control } = environment;
    await goTo(control, 'applications', 'shadowing');
    for (const person of PEOPLE) await apply(person);
    const all = await rowsIn(pool, 'SELECT count(*) FROM applications');
    await until(
      async () =>
        (await rowsIn(
          analytics,
          `SELECT count(*) FROM documents, jsonb_object_keys(value -> 'applications') WHERE kind = 'careers'`,
        )) === all &&
        (await rowsIn(analytics, `SELECT count(*) FROM documents WHERE kind = 'past_steps'`)) >=
          all - PEOPLE.length,
    );
    await goTo(control, 'analytics', 'shadowing');
    for (const person of PEOPLE.slice(0, 2)) {
      await apply(person);
      for (const path of PATHS) await call(person, 'GET', path);
    }
    await until(async () => {
      for (const person of PEOPLE) for (const path of PATHS) await call(person, 'GET', path);
      const { services } = await control.status();
      return services.find(({ service }) => service === 'analytics')!.evidence.compared >= 30;
    });
    assert.deepEqual(await control.mismatches('analytics', 5), []);
  },
);

it('its answers are the monolith’s to the byte, for everybody', LIMIT, async () => {
  await goTo(environment.control, 'analytics', 'migrated');
  const people = Array.from({ length: USERS }, (_, index) => index + 1).filter(data.isActive);
  await sameForAll(people);
});

it(
  'what is done on either side of applications is told, and once, also after analytics was killed',
  LIMIT,
  async () => {
    const { control, services } = environment;
    await goTo(control, 'applications', 'canary', 5_000);
    const process = services.get('analytics')!;
    for (const [index, person] of PEOPLE.entries()) {
      if (index === 2) await process.kill();
      await apply(person);
    }
    await process.start();
    await sameForAll();
  },
);

it('going back is no loss: it has written nothing', LIMIT, async () => {
  const { control } = environment;
  await goTo(control, 'analytics', 'monolith');
  for (const person of PEOPLE) await apply(person);
  const at = (await control.status()).services.find(({ service }: Json) => service === 'analytics')!;
  assert.deepEqual(at.links, []);
  await goTo(control, 'analytics', 'migrated');
  await sameForAll();
});

it(
  'a database that was lost is made again of what applications tells when an operator asks, and of what goes on',
  LIMIT,
  async () => {
    const url = new URL(environment.databases.get('analytics')!);
    const process = environment.services.get('analytics')!;
    await process.kill();
    await analytics.end();
    const name = url.pathname.slice(1);
    const server = createPool(Object.assign(new URL(url), { pathname: '/postgres' }).href, { max: 1 });
    await server.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await server.query(`CREATE DATABASE ${name}`);
    await server.end();
    analytics = createPool(url.href, { max: 2 });
    await process.start();
    // An empty database tells something else; until the gateway has found it well again, the monolith answers in its place.
    await until(async () => {
      const answers = await Promise.all(PATHS.map((path) => told(PEOPLE[0]!, path)));
      return answers.some(({ legacy, shown }) => JSON.stringify(legacy) !== JSON.stringify(shown));
    });
    await apply(PEOPLE[0]!);
    await banyan('facts', 'backfill', 'applications', '--for', 'analytics', '--name', 'once-more');
    await apply(PEOPLE[1]!);
    await sameForAll();
  },
);

/** The command line, by this environment's plan. */
async function banyan(...args: string[]): Promise<void> {
  const main = fileURLToPath(import.meta.resolve('@banyan/cli/main'));
  await promisify(execFile)(globalThis.process.execPath, [main, ...args, '--config', environment.configFile]);
}
