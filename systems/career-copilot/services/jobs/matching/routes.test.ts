import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { withTransaction } from '@banyan/postgres';
import type { GatewayDouble } from '../../../kit/testing/gateway.ts';
import { type Json, request } from '../../../kit/testing/request.ts';
import type { jobs } from '../main.ts';
import { startJobs } from '../testing/start.ts';
import { outcomesOf } from './testing/outcomes.ts';

let service: Awaited<ReturnType<typeof jobs.start>>;
/** Also stands for the rest of the system, which has everybody's profile. */
let gateway: GatewayDouble;
let answer: { status: number; body: unknown };

const at = '2031-02-03T04:05:06.789Z';
const PROFILE = {
  ...{ id: 7, email: 'ada@example.com', full_name: 'Ada', is_active: true, role: 'user', phone: null },
  ...{ location: 'Köln', headline: 'Senior Data Engineer', skills: ['SQL', 'Python'] },
  ...{ preferences: { remote: 'preferred' }, created_at: at, updated_at: at },
};

before(async () => {
  answer = { status: 200, body: PROFILE };
  ({ service, gateway } = await startJobs((_request, response) => {
    response
      .writeHead(answer.status, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer.body));
  }));
  await post(1, 'Senior data engineer', '{SQL,Python,Airflow}');
  await post(2, 'Data analyst', '{SQL,Excel}');
  await post(3, 'Nurse', '{First aid}');
});

after(async () => {
  gateway?.close();
  await service?.close();
});

const post = (id: number, title: string, requirements: string) =>
  service.pool.query(
    `INSERT INTO jobs (id, company_id, title, description, job_type, location, requirements)
     VALUES ($1, 1, $2, '-', 'full_time', 'Köln, Germany', $3)`,
    [id, title, requirements],
  );
const call = (method: string, path: string, body?: unknown, as = 7) =>
  request(service.url, method, path, { token: gateway.token(as), ...(body === undefined ? {} : { body }) });
const found = async (path = '/jobs/matches', as = 7) =>
  (await call('GET', path, undefined, as)).body.matches.map(({ job }: Json) => job.id);

describe('matches', () => {
  it('are jobs by how well they fit the profile, each point of the score explained', async () => {
    const { status, body } = await call('GET', '/jobs/matches');
    assert.equal(status, 200);
    assert.deepEqual(
      body.matches.map(({ job }: Json) => job.id),
      [1, 2],
    );
    const [best] = body.matches;
    assert.equal(best.job.company.name, 'Analytical Engines');
    assert.equal(
      best.score,
      Math.round(best.points.reduce((sum: number, { points }: Json) => sum + points, 0)),
    );
    assert.equal(best.points[0].because, '2 of 3 skills: SQL, Python; missing: Airflow');
    assert.deepEqual([body.considered, body.weights, body.known.seniority], [3, 'fixed', 'senior']);
  });

  it('follow what changes, whoever writes it: what opens is there and what closes is gone at once', async () => {
    await post(4, 'Principal data engineer', '{SQL,Python}');
    assert.ok((await found()).includes(4));
    await service.pool.query('UPDATE jobs SET is_active = false WHERE id = 4');
    assert.ok(!(await found()).includes(4));
    await service.provided.matching.readNew();
    const unread = await service.pool.query('SELECT FROM job_traits WHERE changes <> read_changes');
    assert.equal(unread.rowCount, 0, 'nobody reads closed ones');
    await withTransaction(service.pool, async (tx) => {
      // As replication writes: triggers that are not meant for it do not fire.
      await tx.query('SET LOCAL session_replication_role = replica');
      await tx.query(`UPDATE jobs SET is_active = true, title = 'Data engineer' WHERE id = 4`);
    });
    assert.ok((await found()).includes(4));
    await service.pool.query('DELETE FROM jobs WHERE id = 4');
    assert.ok(!(await found()).includes(4));
  });

  it('are explained one by one, as in the list of the best, and are not there of what nobody can apply for', async () => {
    const { status, body } = await call('GET', '/jobs/matches/1');
    const { matches } = (await call('GET', '/jobs/matches')).body;
    assert.deepEqual([status, body], [200, { score: matches[0].score, points: matches[0].points }]);
    const { body: nurse } = await call('GET', '/jobs/matches/3');
    assert.equal(nurse.points[1].because, 'the title is another one');
    for (const id of [999, 5]) {
      if (id === 5) {
        await post(5, 'Closed', '{SQL}');
        await service.pool.query('UPDATE jobs SET is_active = false WHERE id = 5');
      }
      assert.equal((await call('GET', `/jobs/matches/${id}`)).status, 404);
    }
    await service.pool.query('DELETE FROM jobs WHERE id = 5');
  });

  it('are narrowed by what is asked for, and never more than asked for', async () => {
    assert.deepEqual(await found('/jobs/matches?limit=1'), [1]);
    assert.deepEqual(await found('/jobs/matches?remote=true'), []);
    assert.deepEqual(await found('/jobs/matches?least_score=100'), []);
    for (const query of ['limit=51', 'limit=0', 'least_score=101'])
      assert.equal((await call('GET', `/jobs/matches?${query}`)).status, 400, query);
  });

  it('can be asked for by a profile or a résumé that nobody keeps', async () => {
    const nurse = { resume: { basics: { label: 'Nurse' }, skills: [{ name: 'CPR' }] } };
    const { body } = await call('POST', '/jobs/matches', nurse);
    assert.deepEqual(
      body.matches.map(({ job }: Json) => job.id),
      [3],
    );
    const analyst = { profile: { skills: ['Excel'], titles: ['Analyst'], places: ['Köln'] } };
    assert.equal((await call('POST', '/jobs/matches', analyst)).body.matches[0].job.id, 2);
    assert.equal((await call('POST', '/jobs/matches', {})).status, 422);
  });

  it('that somebody does not want are not shown again, to them', async () => {
    assert.deepEqual((await call('PUT', '/jobs/matches/2', { outcome: 'rejected' })).body, {
      outcome: 'rejected',
    });
    assert.deepEqual(await found(), [1]);
    assert.deepEqual(await found('/jobs/matches', 8), [1, 2]);
    await call('PUT', '/jobs/matches/1', { outcome: 'accepted' });
    assert.equal((await call('GET', '/jobs/matches')).body.matches[0].outcome, 'accepted');
    assert.equal((await call('PUT', '/jobs/matches/3', { outcome: 'accepted' })).status, 404);
  });

  it('are for those whose profile can be read', async () => {
    const nobody = await request(service.url, 'GET', '/jobs/matches');
    assert.equal(nobody.status, 401);
    for (const [status, expected] of [
      [401, 401],
      [403, 403],
      [500, 503],
    ] as const) {
      answer = { status, body: { detail: '-' } };
      assert.equal((await call('GET', '/jobs/matches')).status, expected, String(status));
    }
    answer = { status: 200, body: PROFILE };
  });
});

describe('what somebody wants of matches', () => {
  it('is kept, change by change, and counts before the profile', async () => {
    const unsaid = { notify: false, threshold: 60, titles: [], places: [], remote: null, least_salary: null };
    assert.deepEqual((await call('GET', '/jobs/match-settings', undefined, 9)).body, unsaid);
    const changed = { ...unsaid, titles: ['Nurse'], threshold: 70 };
    assert.deepEqual(
      (await call('PUT', '/jobs/match-settings', { titles: ['Nurse'], threshold: 70 }, 9)).body,
      changed,
    );
    const more = await call('PUT', '/jobs/match-settings', { notify: true }, 9);
    assert.deepEqual(more.body, { ...changed, notify: true });
    assert.deepEqual((await call('GET', '/jobs/match-settings', undefined, 9)).body, more.body);
    assert.ok((await found('/jobs/matches', 9)).includes(3));
    assert.equal((await call('PUT', '/jobs/match-settings', { threshold: 101 }, 9)).status, 400);
  });
});

describe('weights', () => {
  const admin = async (method: string) =>
    await request(service.url, method, '/jobs/match-weights', { token: gateway.token(1, 'admin') });

  it('are fixed until better ones are learned from what people made of their matches, and shown with how that was measured', async () => {
    assert.deepEqual((await admin('GET')).body.learned, []);
    assert.deepEqual((await admin('POST')).body.learned, [], 'of too little');
    const place = { skills: 5, title: 5, seniority: 5, place: 80, salary: 5, freshness: 0 };
    const decisions = outcomesOf({ people: 100, matches: 12, weights: place, certainty: 20, seed: 3 });
    await service.pool.query(
      `INSERT INTO job_matches (user_id, job_id, score, fit, outcome, shown_at)
       SELECT 1000 + user_id, number, 50, fit, nullif(outcome, 'ignored'), now() - interval '8 days'
       FROM jsonb_to_recordset($1) AS row (user_id integer, number integer, fit real[], outcome text)`,
      [
        JSON.stringify(
          decisions.map(({ userId, values, outcome }, number) => ({
            user_id: userId,
            number,
            fit: values,
            outcome,
          })),
        ),
      ],
    );
    // Somebody decides about everything, and later than all others.
    await service.pool.query(
      `INSERT INTO job_matches (user_id, job_id, score, fit, outcome, outcome_at)
       SELECT 999, number, 50, '{1,1,1,0,1,1}', CASE WHEN number % 2 = 0 THEN 'accepted' ELSE 'rejected' END, now()
       FROM generate_series(1, 20000) AS number`,
    );
    const [learned] = (await admin('POST')).body.learned;
    assert.equal(learned.used, true);
    assert.ok(learned.weights.place > 50, JSON.stringify(learned.weights));
    assert.ok(learned.measured.gain.auc[0] > 0);
    const { body } = await call('GET', '/jobs/matches', undefined, 8);
    assert.equal(body.weights, 'learned');
    assert.ok(body.matches[0].points.find(({ part }: Json) => part === 'place').of > 50);
  });

  it('are for administrators to see', async () => {
    assert.equal((await call('GET', '/jobs/match-weights')).status, 403);
    assert.equal((await call('POST', '/jobs/match-weights')).status, 403);
  });
});
