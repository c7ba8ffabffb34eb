import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { Environment } from '@banyan/harness/run';
import { createPool } from '@banyan/postgres';
import type pg from 'pg';
import { contracts } from './contracts/jobs.ts';
import { startTestEnvironment } from './kit/testing/environment.ts';
import { hear } from './kit/testing/events.ts';
import { postJob } from './kit/testing/post-job.ts';
import { type Json, request } from './kit/testing/request.ts';
import { goTo, noConflicts, verified } from './kit/testing/stages.ts';
import { until } from './kit/testing/until.ts';
import data from './monolith/data.ts';
import { PAYLOADS } from './services/jobs/connectors/testing/payloads.ts';
import { runSource } from './services/jobs/ingestion/run.ts';
import { keepSources } from './services/jobs/ingestion/sources.ts';

/**
 * Jobs beside applications, which reads them, and the monolith, which both leave. applications knows the monolith's rows only: what
 * the jobs service writes comes to it by way of the monolith.
 */

const ADA = 4;
/** Ids that the service gives begin here. */
const FIRST_OF_SERVICE = 2 ** 30;
const LIMIT = { timeout: 400_000 };

let environment: Environment;
let monolith: pg.Pool;
let jobs: pg.Pool;
let applications: pg.Pool;

before(async () => {
  environment = await startTestEnvironment('jobs', { services: ['applications', 'jobs'], users: 20 });
  const open = (name: string) => createPool(environment.databases.get(name)!, { max: 2 });
  [monolith, jobs, applications] = [open('monolith'), open('jobs'), open('applications')];
}, LIMIT);

after(async () => {
  await Promise.all([monolith, jobs, applications].map((pool) => pool?.end()));
  await environment?.stop();
});

const call = (method: string, path: string, body?: object) =>
  request(environment.gatewayUrl, method, path, { token: data.token(ADA, environment.secret), body });
const anybody = (path: string) => request(environment.gatewayUrl, 'GET', path);

/** It is taken as soon as applications has heard of the job. */
async function applyFor(job: number): Promise<{ id: number; job_title: string; company_name: string }> {
  const { body } = await until(async () => {
    const answer = await call('POST', '/applications', { job_id: job, status: 'saved' });
    assert.ok([201, 404].includes(answer.status), JSON.stringify(answer));
    return answer.status === 201 && answer;
  });
  return body;
}

async function shownAs(job: number): Promise<unknown[]> {
  const { status, body } = await anybody(`/jobs/${job}`);
  return [status, body.title, body.company?.name, body.is_active];
}

/** Reads a source of jobs that has one more of them each time, as the service does. */
async function ingest() {
  const source = { kind: 'lever', board: 'growing', company: 'Growing Company' };
  const [id] = await keepSources(jobs, [source]);
  const [one] = PAYLOADS.lever;
  const postings = Array.from({ length: ++asked }, (_, index) => ({
    ...one,
    id: `posting-${index}`,
    text: `Grower ${index}`,
    hostedUrl: `https://jobs.lever.co/growing/${index}`,
  }));
  const validators = { etag: null, lastModified: null };
  return await runSource(
    {
      pool: jobs,
      fetcher: { fetch: async () => ({ is: 'new', payload: JSON.stringify(postings), validators }) },
      // Of its facts is another test.
      publish: async () => {},
    },
    { ...source, id: id!, etag: null, last_modified: null },
  );
}
let asked = 0;

it('what is read of jobs and companies is compared, and the same on both sides', LIMIT, async () => {
  await goTo(environment.control, 'jobs', 'shadowing');
  assert.match((await ingest()).error!, /the monolith writes .* now 0 %/);
  const { body } = await anybody('/jobs?limit=5');
  const [{ id, company }] = body.jobs;
  await until(async () => {
    for (const query of ['', '?q=engineer', '?remote=true', '?page=2&limit=3', '?location=e', '?limit=0'])
      await anybody(`/jobs${query}`);
    for (const path of [`/jobs/${id}`, '/jobs/2147483647', `/companies/${company.id}`, '/companies/0'])
      await anybody(path);
    const at = (await environment.control.status()).services.find(({ service }) => service === 'jobs')!;
    return at.evidence.compared >= 30;
  });
  assert.deepEqual(await environment.control.mismatches('jobs', 5), []);
});

it(
  'others hear of what the monolith does with jobs and companies, each once and in order',
  LIMIT,
  async (t) => {
    const heard = await hear(t, { busUrl: environment.busUrl, events: contracts.events });
    const { id, company } = await postJob(monolith, 'Watchmaker');
    await monolith.query(`UPDATE jobs SET title = 'Clockmaker', remote = true WHERE id = $1`, [id]);
    await monolith.query(`UPDATE companies SET size = 'small' WHERE id = $1`, [company]);
    await monolith.query('UPDATE jobs SET is_active = false WHERE id = $1', [id]);
    const ofCompany = () => heard.filter(({ subject }) => subject === String(company));
    await until(() => ofCompany().some(({ type }) => type === 'JobClosed'));
    await verified(environment.control, 'jobs');
    assert.deepEqual(
      ofCompany().map(({ type, data }) => [type, data.title ?? data.name, data.changed]),
      [
        ['CompanyAdded', 'of Watchmaker', undefined],
        ['JobPosted', 'Watchmaker', undefined],
        ['JobUpdated', 'Clockmaker', ['title', 'location']],
        ['CompanyUpdated', 'of Watchmaker', ['size']],
        ['JobClosed', 'Clockmaker', undefined],
      ],
    );
  },
);

for (const where of ['the monolith', 'its service'] as const)
  it(
    `a job that the service of jobs makes, changes and closes is so for applications on ${where}`,
    LIMIT,
    async () => {
      const { control } = environment;
      await goTo(control, 'applications', where === 'the monolith' ? 'shadowing' : 'migrated');
      await goTo(control, 'jobs', 'migrated');
      const job = await postJob(jobs, `Engineer at ${where}`);
      assert.ok(job.id >= FIRST_OF_SERVICE);
      assert.deepEqual(await shownAs(job.id), [200, `Engineer at ${where}`, `of Engineer at ${where}`, true]);
      const { body: found } = await call('GET', `/jobs/search?q=${encodeURIComponent(`engineer ${where}`)}`);
      assert.ok(found.jobs.some((one: Json) => one.id === job.id));
      const { id, company_name } = await applyFor(job.id);
      assert.equal(company_name, `of Engineer at ${where}`);
      await jobs.query(`UPDATE companies SET name = 'Analytical Engines' WHERE id = $1`, [job.company]);
      await jobs.query(`UPDATE jobs SET title = 'Poet', is_active = false WHERE id = $1`, [job.id]);
      await until(async () => {
        const { body } = await call('GET', `/applications/${id}`);
        return body.job_title === 'Poet' && body.company_name === 'Analytical Engines';
      });
      const unwanted = await postJob(jobs, 'Nobody');
      const there = async () =>
        (await applications.query('SELECT FROM jobs WHERE id = $1', [unwanted.id])).rowCount === 1;
      await until(there);
      await jobs.query('DELETE FROM jobs WHERE id = $1', [unwanted.id]);
      await until(async () => !(await there()));
      for (const service of ['jobs', 'applications']) await verified(control, service);
      await noConflicts(monolith, jobs, applications);
    },
  );

it(
  'what the service of jobs has made is the monolith’s after going back, which goes on with it',
  LIMIT,
  async () => {
    const { control } = environment;
    await goTo(control, 'jobs', 'migrated');
    const { id } = await postJob(jobs, 'Gardener');
    await until(async () => (await ingest()).outcome === 'new');
    // Sources are read while the step is made.
    const gone = goTo(control, 'jobs', 'monolith');
    let last: Awaited<ReturnType<typeof ingest>>;
    do last = await ingest();
    while (last.outcome === 'new');
    assert.match(last.error!, /a step is under way|the monolith writes/);
    await gone;
    // The service hears a moment later than whoever asks that the step is over.
    do last = await ingest();
    while (last.error!.includes('a step is under way'));
    assert.match(last.error!, /the monolith writes .* now 0 %/);
    const grown = async (db: pg.Pool) =>
      (await db.query(`SELECT id, title FROM jobs WHERE title LIKE 'Grower %' ORDER BY id`)).rows;
    assert.deepEqual(await grown(monolith), await grown(jobs));
    assert.deepEqual(await shownAs(id), [200, 'Gardener', 'of Gardener', true]);
    await monolith.query(`UPDATE jobs SET title = 'Head gardener' WHERE id = $1`, [id]);
    assert.equal((await shownAs(id))[1], 'Head gardener');
    // Links bring it to applications, which nobody waits for where the monolith's database was written to.
    const { id: application } = await applyFor(id);
    await until(
      async () => (await call('GET', `/applications/${application}`)).body.job_title === 'Head gardener',
    );
  },
);
