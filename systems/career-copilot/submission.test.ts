import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import type { RunningService } from '@banyan/service';
import { serviceKeysOf } from '@banyan/service/service-keys';
import { type GatewayDouble, startGatewayDouble } from './kit/testing/gateway.ts';
import type { Answer } from './kit/testing/request.ts';
import { until } from './kit/testing/until.ts';
import {
  ADA,
  CLOSED_JOB,
  OPEN_JOBS,
  type StartedApplications,
  startApplications,
} from './services/applications/testing/start.ts';
import { jobs } from './services/jobs/main.ts';
import { users } from './services/users/main.ts';

/** The saga create_application over the services that it asks; the gateway gives requests for jobs to the jobs service. */

const SUSPENDED = 10;
/** Known to applications alone, as while users has not left the monolith. */
const NEWCOMER = 11;
const BUSY = 12;
const keysOf = (service: string) => serviceKeysOf(service, ['users', 'jobs', 'applications'], 'a secret');

let gateway: GatewayDouble;
const asked: RunningService[] = [];
let env: Record<string, string>;
let databaseUrl: string;
let started: StartedApplications;

before(async () => {
  const server = await testServer();
  let jobsUrl = '';
  gateway = await startGatewayDouble(
    (request, response) => void forward(`${jobsUrl}${request.url}`, response),
  );
  const BUS_URL = await server.database('bus');
  const start = async (name: string) => ({
    DATABASE_URL: await server.database(name),
    BUS_URL,
    API_URL: gateway.url,
    LOG_LEVEL: 'silent',
    ...keysOf(name),
  });
  const people = await users.start(await start('users'));
  asked.push(people);
  const board = await jobs.start(await start('jobs'));
  asked.push(board);
  jobsUrl = board.url;
  await people.pool.query(
    `INSERT INTO profiles (user_id, email, first_name, is_active)
     SELECT id, id || '@example.com', 'Ada', id <> $2 FROM unnest($1::int[]) AS id`,
    [[ADA, SUSPENDED, BUSY], SUSPENDED],
  );
  await board.pool.query(`INSERT INTO companies (id, name) VALUES (1, 'Analytical Engines')`);
  await board.pool.query(
    `INSERT INTO jobs (id, company_id, title, description, job_type, is_active)
     SELECT id, 1, 'Engineer', '-', 'full_time', id <= $1 FROM generate_series(1, $2::int) AS id`,
    [OPEN_JOBS, CLOSED_JOB],
  );
  databaseUrl = await server.database('applications');
  env = { BUS_URL, USERS_URL: people.url, ...keysOf('applications') };
  started = await startApplications(env, { gateway, databaseUrl });
});

after(async () => {
  gateway?.close();
  await started?.service.close();
  for (const service of asked) await service.close();
});

/** Until then the jobs service is slow to answer. */
let held: Promise<void> | undefined;

async function forward(url: string, response: ServerResponse): Promise<void> {
  await held;
  const answer = await fetch(url);
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
}

/** Asked again as long as it takes: on a slow machine it is answered by 202 first. */
async function submit(
  as: number,
  job_id: number,
  key: string = randomUUID(),
  more: object = {},
): Promise<Answer> {
  for (;;) {
    const answer = await submitOnce(as, job_id, key, more);
    if (answer.status !== 202) return answer;
  }
}

async function submitOnce(as: number, job_id: number, key: string, more: object = {}): Promise<Answer> {
  const response = await fetch(`${started.service.url}/api/v2/applications`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${gateway.token(as)}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify({ job_id, ...more }),
  });
  return { status: response.status, body: await response.json() };
}

const query = async (sql: string, values: unknown[]) => (await started.service.pool.query(sql, values)).rows;

/** All that a submission may leave. */
async function left(user: number, job: number) {
  const own = await query('SELECT id FROM applications WHERE user_id = $1 AND job_id = $2', [user, job]);
  const told = await query(
    `SELECT message ->> 'type' AS type FROM banyan_events.outbox
     WHERE message -> 'data' ->> 'userId' = $1 AND message -> 'data' ->> 'jobId' = $2 ORDER BY seq`,
    [String(user), String(job)],
  );
  const notified = await query(
    `SELECT FROM notifications WHERE user_id = $1 AND kind = 'application_created'`,
    [user],
  );
  const counted = await query('SELECT submitted FROM submission_days WHERE user_id = $1', [user]);
  return {
    applications: own.length,
    told: told.map(({ type }) => type),
    notified: notified.length,
    counted: counted[0]?.submitted ?? 0,
  };
}

const NOTHING = { applications: 0, told: [], notified: 0, counted: 0 };

describe('somebody who applies', () => {
  it('has an application, is told of it, and has it counted, once for each key however often it is sent', async () => {
    const job = started.nextJob();
    const source = { kind: 'referral' };
    const same = () => submit(ADA, job, 'a key', { source });
    const answers = await Promise.all([same(), same(), same()]);
    const ids = new Set(answers.map(({ body }) => body.id));
    assert.deepEqual([answers.map(({ status }) => status), ids.size], [[201, 201, 201], 1]);
    assert.deepEqual([answers[0]!.body.source, answers[0]!.body.job_title], [source, 'Engineer']);
    assert.deepEqual(await left(ADA, job), {
      applications: 1,
      told: ['ApplicationCreated'],
      notified: 1,
      counted: 1,
    });
    assert.equal((await submit(ADA, started.nextJob(), 'a key')).status, 422);
  });

  it('a second time is told what there is, and it is not stored or counted twice', async () => {
    const job = started.nextJob();
    const answers = await Promise.all([submit(ADA, job), submit(ADA, job)]);
    const [made, refused] = answers.toSorted((a, b) => a.status - b.status) as [Answer, Answer];
    assert.deepEqual([made.status, refused.status, refused.body.code], [201, 409, 'ALREADY_APPLIED']);
    assert.deepEqual([refused.body.application_id, refused.body.status], [made.body.id, 'applied']);
    const { applications, told, counted } = await left(ADA, job);
    assert.deepEqual([applications, told, counted], [1, ['ApplicationCreated'], 2]);
  });

  it('may do so while only this service knows them, as before users has left the monolith', async () => {
    await query('INSERT INTO users VALUES ($1, true)', [NEWCOMER]);
    assert.equal((await submit(NEWCOMER, started.nextJob())).status, 201);
  });
});

describe('nothing is left of an application', () => {
  it('of somebody whom the users service knows to be suspended', async () => {
    const job = started.nextJob();
    const { status, body } = await submit(SUSPENDED, job);
    assert.deepEqual([status, body.code], [403, 'USER_NOT_ACTIVE']);
    assert.deepEqual(await left(SUSPENDED, job), NOTHING);
  });

  it('for a job that the jobs service does not offer', async () => {
    const before = await left(ADA, CLOSED_JOB);
    for (const job of [CLOSED_JOB, 12_345]) {
      const { status, body } = await submit(ADA, job);
      assert.deepEqual([status, body.code], [404, 'JOB_NOT_OPEN']);
    }
    assert.deepEqual(await left(ADA, CLOSED_JOB), before);
  });

  it('that is one more than may be sent in a day, and others hear that it is gone again', async () => {
    await query(`INSERT INTO submission_days VALUES ($1, (now() AT TIME ZONE 'UTC')::date, 100)`, [BUSY]);
    const job = started.nextJob();
    const { status, body } = await submit(BUSY, job);
    assert.deepEqual([status, body.code], [429, 'DAILY_LIMIT']);
    const told = ['ApplicationCreated', 'ApplicationRemoved'];
    assert.deepEqual(await left(BUSY, job), { applications: 0, told, notified: 0, counted: 100 });
  });

  it('of which its user cannot be told, after all attempts', { timeout: 60_000 }, async () => {
    const before = await left(ADA, 0);
    const job = started.nextJob();
    await query(
      `ALTER TABLE notifications ADD CONSTRAINT refuses CHECK (kind <> 'application_created') NOT VALID`,
      [],
    );
    try {
      const { status, body } = await submit(ADA, job, 'refused');
      assert.deepEqual([status, body.code], [503, 'SUBMISSION_FAILED']);
    } finally {
      await query('ALTER TABLE notifications DROP CONSTRAINT refuses', []);
    }
    const told = ['ApplicationCreated', 'ApplicationRemoved'];
    assert.deepEqual(await left(ADA, job), { ...before, told });
    const again = await submit(ADA, job, 'refused');
    assert.equal(again.status, 201, JSON.stringify(again.body));
  });
});

it('what takes longer than somebody waits goes on by itself, and is found by its address', async () => {
  const before = await left(ADA, 0);
  const job = started.nextJob();
  const { promise, resolve } = Promise.withResolvers<void>();
  held = promise;
  const { status, body } = await submitOnce(ADA, job, 'slow');
  held = undefined;
  resolve();
  assert.deepEqual([status, body.state], [202, 'pending']);
  const found = await until(async () => {
    const one = await started.tracking(ADA, 'GET', `/submissions/${body.id}`);
    return one.body.state !== 'pending' && one.body;
  });
  assert.equal(found.state, 'done');
  assert.equal((await submit(ADA, job, 'slow')).body.id, found.application_id);
  assert.deepEqual(await left(ADA, job), {
    applications: 1,
    told: ['ApplicationCreated'],
    notified: before.notified + 1,
    counted: before.counted + 1,
  });
});
