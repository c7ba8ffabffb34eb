import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { withTransaction } from '@banyan/postgres';
import type { GatewayDouble } from '../../../kit/testing/gateway.ts';
import { until } from '../../../kit/testing/until.ts';
import { jobs } from '../main.ts';
import { startJobs } from '../testing/start.ts';

type Jobs = Awaited<ReturnType<typeof jobs.start>>;

let service: Jobs;
let gateway: GatewayDouble;
let env: Record<string, string>;

before(async () => {
  ({ service, gateway, env } = await startJobs());
});

after(async () => {
  gateway?.close();
  await service?.close();
});

beforeEach(() => service.pool.query('TRUNCATE match_settings, job_matches'));

let people = 0;
const wanting = async ({
  notify = true,
  threshold = 50,
  skills = ['SQL'],
  titles = ['Data engineer'],
} = {}) => {
  const id = ++people;
  await service.pool.query(
    `INSERT INTO match_settings (user_id, notify, threshold, titles, places, skills, skill_keys)
     VALUES ($1, $2, $3, $4, '{}', $5, $6)`,
    [id, notify, threshold, titles, skills, skills.map((skill) => skill.toLowerCase())],
  );
  return id;
};

let posted = 0;
const insert = async (): Promise<number> => {
  const id = ++posted;
  await service.pool.query(
    `INSERT INTO jobs (id, company_id, title, description, job_type, requirements)
     VALUES ($1, 1, 'Data engineer', '-', 'full_time', '{SQL}')`,
    [id],
  );
  return id;
};
/** Tells that it was posted; resolves with the saga's id. */
const tell = async (jobId: number): Promise<string> => {
  const { id } = await withTransaction(service.pool, (tx) =>
    service.provided.events.publish(tx, 'JobPosted', { jobId, companyId: 1, title: 'Data engineer' }),
  );
  return `process_job_match:${id}`;
};
const ended = async (saga: string) =>
  await until(async () => {
    const all = await service.provided.events.sagas.list();
    const state = all.find(({ id }) => id === saga)?.state;
    return (state === 'COMPLETED' || state === 'FAILED') && state;
  });
const told = async (jobId: number) =>
  (
    await service.pool.query(
      `SELECT message -> 'data' AS data FROM banyan_events.outbox
       WHERE message ->> 'type' LIKE '%JobMatched' AND (message -> 'data' ->> 'jobId')::int = $1 ORDER BY seq`,
      [jobId],
    )
  ).rows.map(({ data }) => data);
const matches = async (jobId: number) =>
  (
    await service.pool.query(
      'SELECT user_id, told_at IS NOT NULL AS told FROM job_matches WHERE job_id = $1 ORDER BY user_id',
      [jobId],
    )
  ).rows;

describe('a job that is posted', () => {
  it('is told to those who want it and whom it fits, with its points and why, and to nobody else', async () => {
    const ada = await wanting();
    await wanting({ notify: false });
    await wanting({ threshold: 100 });
    await wanting({ skills: ['Nursing'] });
    const locked = await wanting();
    await service.pool.query('INSERT INTO account_activity VALUES ($1, false)', [locked]);
    const job = await insert();
    assert.equal(await ended(await tell(job)), 'COMPLETED');
    const [one, ...others] = await told(job);
    assert.deepEqual(others, []);
    assert.deepEqual(
      [one.userId, one.jobId, one.title, one.company],
      [ada, job, 'Data engineer', 'Analytical Engines'],
    );
    assert.ok(one.score >= 50 && one.score <= 100 && one.reasons.length === 3, JSON.stringify(one));
    assert.ok(one.reasons.includes('1 of 1 skill: SQL'), JSON.stringify(one.reasons));
    assert.deepEqual(await matches(job), [{ user_id: ada, told: true }]);
  });

  it('is told once, however often it is posted', async () => {
    await wanting();
    const job = await insert();
    await Promise.all([tell(job), tell(job)].map(async (saga) => ended(await saga)));
    await ended(await tell(job));
    assert.equal((await told(job)).length, 1);
  });

  it('is not told to somebody who has refused it, or does not want to be told any more', async () => {
    const [ada, bob] = [await wanting(), await wanting()];
    const job = await insert();
    await service.pool.query(
      `INSERT INTO job_matches (user_id, job_id, score, fit, outcome, shown_at) VALUES ($1, $2, 50, '{}', 'rejected', now())`,
      [ada, job],
    );
    await service.pool.query('UPDATE match_settings SET notify = false WHERE user_id = $1', [bob]);
    await wanting();
    assert.equal(await ended(await tell(job)), 'COMPLETED');
    assert.equal((await told(job)).length, 1);
  });

  it('begins no saga where nobody wants to be told', async () => {
    const job = await insert();
    const saga = await tell(job);
    await until(async () => {
      const { rowCount } = await service.pool.query('SELECT FROM banyan_events.inbox WHERE message_id = $1', [
        saga.replace('process_job_match:', ''),
      ]);
      return rowCount === 1;
    });
    await wanting();
    await ended(await tell(await insert()));
    assert.ok((await service.provided.events.sagas.list()).every(({ id }) => id !== saga));
    assert.deepEqual(await told(job), []);
  });
});

/** SQL of a trigger on job_matches that does something in the middle of the saga. */
async function when(event: 'INSERT' | 'UPDATE', sql: string): Promise<() => Promise<unknown>> {
  await service.pool.query(`
    CREATE OR REPLACE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${sql} RETURN NEW; END $$;
    CREATE OR REPLACE TRIGGER meddle AFTER ${event} ON job_matches FOR EACH ROW EXECUTE FUNCTION meddle()`);
  return () => service.pool.query('DROP TRIGGER meddle ON job_matches');
}

describe('in the middle of it', () => {
  for (const [step, event] of [
    ['record the matches', 'INSERT'],
    ['tell', 'UPDATE'],
  ] as const)
    it(`a failure to ${step} leaves nothing half done, and each is told once in the end`, async () => {
      const people = [await wanting(), await wanting()];
      const job = await insert();
      // A sequence keeps its value when what failed is rolled back: the first two attempts fail.
      await service.pool.query('CREATE SEQUENCE IF NOT EXISTS attempts; ALTER SEQUENCE attempts RESTART');
      const mend = await when(
        event,
        `IF nextval('attempts') <= 2 THEN RAISE EXCEPTION 'the disk is full'; END IF;`,
      );
      assert.equal(await ended(await tell(job)), 'COMPLETED');
      await mend();
      assert.deepEqual(
        (await told(job)).map(({ userId }) => userId),
        people,
      );
      assert.deepEqual(
        await matches(job),
        people.map((user_id) => ({ user_id, told: true })),
      );
    });

  it('a job that is closed before anybody was told is told to nobody, and leaves no match', async () => {
    const shown = await wanting();
    await wanting();
    const job = await insert();
    await service.pool.query(
      `INSERT INTO job_matches (user_id, job_id, score, fit, shown_at) VALUES ($1, $2, 50, '{}', now())`,
      [shown, job],
    );
    const mend = await when('INSERT', 'UPDATE jobs SET is_active = false WHERE id = NEW.job_id;');
    assert.equal(await ended(await tell(job)), 'FAILED');
    await mend();
    assert.deepEqual(await told(job), []);
    assert.deepEqual(await matches(job), [{ user_id: shown, told: false }]);
  });

  it('a process that stops leaves the rest to the next one', async () => {
    const ada = await wanting();
    const job = await insert();
    const held = await service.pool.connect();
    // Nobody can record a match until this is over.
    await held.query('BEGIN; LOCK TABLE job_matches IN ACCESS EXCLUSIVE MODE');
    const saga = await tell(job);
    await until(async () => (await service.provided.events.sagas.list()).some(({ id }) => id === saga));
    const closing = service.close();
    await held.query('ROLLBACK');
    held.release();
    await closing;
    service = await jobs.start(env);
    assert.equal(await ended(saga), 'COMPLETED');
    assert.deepEqual(
      (await told(job)).map(({ userId }) => userId),
      [ada],
    );
  });
});
