import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { createMonolith } from './app.ts';
import { connect } from './database.ts';
import { generate } from './generate.ts';

let pool: pg.Pool;
let app: FastifyInstance;
let token: string;

before(async () => {
  pool = connect(await (await testServer()).database('monolith'));
  await generate(pool, { users: 10, companies: 4, jobs: 40, applications: 30, bcryptCost: 4 });
  app = await createMonolith(pool, {
    jwtSecret: 'secret',
    bcryptCost: 4,
    accessTokenSeconds: 600,
    refreshTokenDays: 30,
  });
  token = (await register('first@example.com')).access_token;
});

after(async () => {
  await app?.close();
  await pool?.end();
});

// biome-ignore lint/suspicious/noExplicitAny: each test reads what it expects
type Json = any;

async function call(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH',
  path: string,
  payload?: object,
  as = token,
): Promise<{ status: number; body: Json }> {
  const headers = { authorization: `Bearer ${as}` };
  const response = await app.inject({ method, url: `/api/v1${path}`, headers, payload });
  return { status: response.statusCode, body: response.json() };
}

async function register(email: string): Promise<Json> {
  const body = { email, password: 'a good password', full_name: 'A Person' };
  return (await call('POST', '/auth/register', body, '')).body;
}

describe('numbers', () => {
  it('beyond the type of their column are refused, not a failure', async () => {
    const queries = [
      'min_salary=2147483648',
      'company_id=99999999999',
      'company_id=-2147483649',
      'page=Infinity',
    ];
    for (const query of queries) assert.equal((await call('GET', `/jobs?${query}`)).status, 422, query);
    assert.equal((await call('GET', '/jobs?company_id=-1&min_salary=2147483647')).status, 200);
    const as = (await register('numbers@example.com')).access_token;
    const job = (await call('GET', '/jobs?limit=1')).body.jobs[0];
    const { id } = (await call('POST', '/applications', { job_id: job.id }, as)).body;
    const document = { name: 'a', kind: 'resume', url: 'u', content_type: 't', size_bytes: 2_147_483_648 };
    assert.equal((await call('POST', `/applications/${id}/documents`, document, as)).status, 422);
    const largest = { ...document, size_bytes: 2_147_483_647 };
    assert.equal((await call('POST', `/applications/${id}/documents`, largest, as)).status, 201);
  });
});

describe('jobs', () => {
  it('come in pages that together are all of them, newest first', async () => {
    const first = (await call('GET', '/jobs?limit=7')).body;
    const jobs: Json[] = [];
    for (let page = 1; page <= first.total_pages; page++) {
      jobs.push(...(await call('GET', `/jobs?limit=7&page=${page}`)).body.jobs);
    }
    assert.equal(jobs.length, first.total_count);
    assert.equal(new Set(jobs.map(({ id }) => id)).size, jobs.length);
    assert.deepEqual(
      jobs.map(({ posted_at }) => posted_at),
      jobs
        .map(({ posted_at }) => posted_at)
        .toSorted()
        .reverse(),
    );
  });

  it('are found by every filter, and only those that match', async () => {
    const { jobs } = (await call('GET', '/jobs?limit=100')).body;
    const [job] = jobs.filter(({ salary_max, location }: Json) => salary_max && location);
    const filters: Record<string, [string, (other: Json) => boolean]> = {
      location: [job.location, (other) => other.location === job.location],
      job_type: [job.job_type, (other) => other.job_type === job.job_type],
      remote: [String(job.remote), (other) => other.remote === job.remote],
      company_id: [String(job.company.id), (other) => other.company.id === job.company.id],
      min_salary: [String(job.salary_max), (other) => other.salary_max >= job.salary_max],
    };
    for (const [name, [value, matches]] of Object.entries(filters)) {
      const found = (await call('GET', `/jobs?limit=100&${name}=${encodeURIComponent(value)}`)).body.jobs;
      assert.deepEqual(
        found.map(({ id }: Json) => id),
        jobs.filter(matches).map(({ id }: Json) => id),
        name,
      );
    }
    const word = job.title.split(' ').at(-1);
    const found = (await call('GET', `/jobs?limit=100&q=${word}`)).body.jobs;
    assert.ok(found.some(({ id }: Json) => id === job.id));
  });

  it('that are not there are not found', async () => {
    assert.deepEqual(await call('GET', '/jobs/999'), { status: 404, body: { detail: 'Job not found' } });
    assert.equal((await call('GET', '/companies/999')).status, 404);
    assert.equal((await call('GET', '/companies/1')).status, 200);
  });
});

describe('applications', () => {
  const openJob = async (n: number): Promise<number> =>
    (await call('GET', '/jobs?limit=100')).body.jobs[n].id;

  it('are made once for a job and kept with their whole way', async () => {
    const jobId = await openJob(0);
    const { status, body } = await call('POST', '/applications', { job_id: jobId, status: 'saved' });
    assert.equal(status, 201);
    assert.equal(body.applied_at, null);
    assert.equal((await call('POST', '/applications', { job_id: jobId })).status, 400);
    const path = `/applications/${body.id}`;
    for (const to of ['applied', 'interview', 'offer', 'accepted']) {
      assert.equal((await call('PATCH', `${path}/status`, { status: to })).body.status, to);
    }
    assert.equal((await call('PATCH', `${path}/status`, { status: 'applied' })).status, 400);
    const timeline = (await call('GET', `${path}/timeline`)).body;
    assert.deepEqual(
      timeline.map(({ from_status, to_status }: Json) => `${from_status} ${to_status}`),
      ['null saved', 'saved applied', 'applied interview', 'interview offer', 'offer accepted'],
    );
    const funnel = (await call('GET', '/analytics/funnel')).body.stages;
    assert.deepEqual(
      funnel.map(({ count }: Json) => count),
      [1, 0, 1, 1, 1],
    );
    const summary = (await call('GET', '/analytics/summary')).body;
    assert.deepEqual([summary.total_applications, summary.offer_rate], [1, 1]);
    assert.equal((await call('GET', '/analytics/weekly')).body.weeks.length, 1);
  });

  it('have notes and documents', async () => {
    const { body } = await call('POST', '/applications', { job_id: await openJob(1) });
    const path = `/applications/${body.id}`;
    const note = await call('POST', `${path}/notes`, { body: 'call back', is_private: true });
    assert.deepEqual((await call('GET', `${path}/notes`)).body, [note.body]);
    const file = {
      name: 'cv.pdf',
      kind: 'resume',
      url: 'https://x/cv.pdf',
      content_type: 'application/pdf',
      size_bytes: 9,
    };
    const document = await call('POST', `${path}/documents`, file);
    assert.equal(document.status, 201);
    assert.deepEqual((await call('GET', `${path}/documents`)).body, [document.body]);
  });

  it('are nobody else’s business', async () => {
    const { body } = await call('POST', '/applications', { job_id: await openJob(2) });
    const stranger = (await register('stranger@example.com')).access_token;
    for (const path of ['', '/timeline', '/notes', '/documents']) {
      const found = await call('GET', `/applications/${body.id}${path}`, undefined, stranger);
      assert.equal(found.status, 404, path);
    }
    const change = await call('PATCH', `/applications/${body.id}/status`, { status: 'offer' }, stranger);
    assert.equal(change.status, 404);
    assert.equal((await call('GET', '/applications', undefined, stranger)).body.total_count, 0);
  });

  it('are listed by status', async () => {
    const all = (await call('GET', '/applications')).body;
    const accepted = (await call('GET', '/applications?status=accepted')).body;
    assert.ok(all.total_count > accepted.total_count);
    assert.equal(accepted.total_count, 1);
    assert.equal((await call('GET', '/applications?status=lost')).status, 422);
  });
});

describe('notifications', () => {
  it('are unread until they are read', async () => {
    const unread = (await call('GET', '/notifications?unread_only=true')).body;
    assert.ok(unread.total_count > 1);
    const { id } = unread.notifications[0];
    assert.equal((await call('PUT', `/notifications/${id}/read`)).body.is_read, true);
    const less = (await call('GET', '/notifications?unread_only=true')).body;
    assert.equal(less.total_count, unread.total_count - 1);
    await call('PUT', '/notifications/read-all');
    assert.equal((await call('GET', '/notifications?unread_only=true')).body.total_count, 0);
    assert.equal((await call('PUT', '/notifications/999999/read')).status, 404);
  });
});

describe('the legacy system', () => {
  it('writes nothing but a refresh token when somebody logs in', async () => {
    const row = 'SELECT xmin, ctid, users.* FROM users WHERE email = $1';
    const before = await pool.query(row, ['first@example.com']);
    const login = { email: 'first@example.com', password: 'a good password' };
    const { body } = await call('POST', '/auth/login', login);
    assert.deepEqual((await pool.query(row, ['first@example.com'])).rows, before.rows);
    const refreshed = await call('POST', '/auth/refresh', { refresh_token: body.refresh_token });
    assert.equal(refreshed.body.refresh_token, body.refresh_token);
  });

  it('describes itself and says that it is well', async () => {
    const { paths } = (await app.inject('/openapi.json')).json();
    assert.ok(Object.keys(paths).length > 20);
    assert.equal((await app.inject('/health')).statusCode, 200);
    assert.deepEqual((await app.inject('/nowhere')).json(), { detail: 'Not Found' });
  });
});
