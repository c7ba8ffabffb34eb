import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Json } from '../../../kit/testing/request.ts';
import { until } from '../../../kit/testing/until.ts';
import { ADA, LOCKED, SOMEBODY_ELSE, type StartedApplications, startApplications } from '../testing/start.ts';

let started: StartedApplications;

before(async () => {
  started = await startApplications({ REMINDER_SECONDS: '0.02', POSTING_SECONDS: '0.02' });
});

after(async () => await started?.stop());

const call: StartedApplications['tracking'] = (...asked) => started.tracking(...asked);

async function apply(status: 'saved' | 'applied' = 'applied', as = ADA): Promise<number> {
  const made = await started.legacy(as, 'POST', '', { job_id: started.nextJob(), status });
  assert.equal(made.status, 201);
  return made.body.id;
}

async function good(method: string, path: string, body?: object): Promise<Json> {
  const answer = await call(ADA, method, path, body);
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function published(type: string, id: number): Promise<Json[]> {
  const { rows } = await started.service.pool.query(
    `SELECT message -> 'data' AS data FROM banyan_events.outbox
     WHERE message ->> 'type' = $1 AND message -> 'data' ->> 'applicationId' = $2 ORDER BY seq`,
    [type, String(id)],
  );
  return rows.map(({ data }) => data);
}

describe('an application that nobody answers', () => {
  it('is ghosted here, and what it was on the old routes, as if nothing had happened', async () => {
    const id = await apply();
    const before = await Promise.all(
      ['', '/timeline'].map((path) => started.legacy(ADA, 'GET', `/${id}${path}`)),
    );
    const ghosted = await good('PATCH', `/${id}/status`, { status: 'ghosted', reason: 'three weeks' });
    assert.deepEqual([ghosted.status, ghosted.irregular], ['ghosted', false]);
    assert.deepEqual(ghosted.may_become, [
      'applied',
      'screening',
      'interview',
      'offer',
      'rejected',
      'withdrawn',
    ]);
    const after = await Promise.all(
      ['', '/timeline'].map((path) => started.legacy(ADA, 'GET', `/${id}${path}`)),
    );
    assert.deepEqual(after, before);
    assert.deepEqual(await published('ApplicationStatusChanged', id), [
      { userId: ADA, applicationId: id, from: 'applied', to: 'ghosted' },
    ]);
  });

  it('is so no more once somebody answers, be it told here, on the old routes, or by the monolith', async () => {
    const [here, there, away] = [await apply(), await apply(), await apply()];
    for (const id of [here, there, away]) await good('PATCH', `/${id}/status`, { status: 'ghosted' });
    assert.equal((await good('PATCH', `/${here}/status`, { status: 'applied' })).status, 'applied');
    await started.legacy(ADA, 'PATCH', `/${there}/status`, { status: 'screening' });
    await started.service.pool.query(`UPDATE applications SET status = 'offer' WHERE id = $1`, [away]);
    const now = await Promise.all(
      [here, there, away].map(async (id) => (await good('GET', `/${id}`)).status),
    );
    assert.deepEqual(now, ['applied', 'screening', 'offer']);
    const steps = (await started.legacy(ADA, 'GET', `/${here}/timeline`)).body.length;
    assert.equal(steps, 1);
  });

  it('is refused what it may not become, with what it may', async () => {
    const id = await apply('saved');
    const { status, body } = await call(ADA, 'PATCH', `/${id}/status`, { status: 'ghosted' });
    assert.deepEqual([status, body.code, body.from], [409, 'STATE_NOT_REACHABLE', 'saved']);
    assert.deepEqual(body.may_become, ['applied', 'withdrawn']);
  });
});

it('what the legacy system has brought where there is no way to is shown, marked, and put right', async () => {
  const { rows } = await started.service.pool.query(
    `INSERT INTO applications (user_id, job_id, status) VALUES ($1, $2, 'on hold') RETURNING id`,
    [ADA, started.nextJob()],
  );
  const { id } = rows[0];
  const found = await good('GET', `/${id}`);
  assert.deepEqual([found.status, found.irregular], ['on hold', true]);
  const put = await good('PATCH', `/${id}/status`, { status: 'interview' });
  assert.deepEqual([put.status, put.irregular], ['interview', true]);
});

it('contacts, source and what is to be done next are kept, and shown as they were at any time', async () => {
  const id = await apply();
  const first = await good('POST', `/${id}/contacts`, { name: 'Charles', email: 'charles@example.com' });
  const second = await good('POST', `/${id}/contacts`, { name: 'Mary', role: 'Recruiter' });
  await good('PUT', `/${id}/source`, { kind: 'referral', detail: 'Mary' });
  const due_at = '2037-01-01T09:00:00.000Z';
  const action = await good('PUT', `/${id}/next-action`, { what: 'Ask again', due_at });
  const then = new Date().toISOString();
  await good('DELETE', `/${id}/contacts/${first.id}`);
  await good('DELETE', `/${id}/next-action`);
  const now = await good('GET', `/${id}`);
  assert.deepEqual(now.contacts, [second]);
  assert.deepEqual(now.source, { kind: 'referral', detail: 'Mary' });
  assert.equal(now.next_action, null);
  assert.equal((await call(ADA, 'DELETE', `/${id}/contacts/${first.id}`)).status, 404);
  assert.equal((await call(ADA, 'DELETE', `/${id}/next-action`)).status, 404);
  const was = await good('GET', `/${id}/history?at=${then}`);
  assert.deepEqual(
    [was.status, was.source, was.contact_ids, was.next_action_id],
    ['applied', 'referral', [first.id, second.id], action.id],
  );
  const { entries } = await good('GET', `/${id}/history`);
  assert.deepEqual(
    entries.map(({ what, who }: Json) => [what, who]),
    ['created', 'contact', 'contact', 'source', 'next_action', 'contact_removed', 'next_action_done'].map(
      (what) => [what, String(ADA)],
    ),
  );
});

it('a reminder is told once when its time has come, and not if it is done before or replaced', async () => {
  const [reminded, done, replaced] = [await apply(), await apply(), await apply()];
  const action = { what: 'Call Mary', due_at: '2037-01-01T09:00:00.000Z' };
  const soon = () => new Date(Date.now() + 60_000).toISOString();
  const ids: number[] = [];
  for (const id of [reminded, done, replaced])
    ids.push((await good('PUT', `/${id}/next-action`, { ...action, remind_at: soon() })).id);
  await good('DELETE', `/${done}/next-action`);
  await good('PUT', `/${replaced}/next-action`, action);
  await started.service.pool.query(`UPDATE next_actions SET remind_at = now() WHERE id = ANY ($1)`, [ids]);
  const [told] = await until(async () => {
    const all = await published('NextActionDue', reminded);
    return all.length > 0 && all;
  });
  assert.deepEqual(
    [told.actionId, told.what, told.jobTitle, told.companyName],
    [ids[0], 'Call Mary', 'Engineer', 'Analytical Engines'],
  );
  // Whoever looks again, for one that comes later, does not tell the first again.
  const later = await apply();
  await good('PUT', `/${later}/next-action`, { ...action, remind_at: soon() });
  await started.service.pool.query('UPDATE next_actions SET remind_at = now() WHERE application_id = $1', [
    later,
  ]);
  await until(async () => (await published('NextActionDue', later)).length > 0);
  const counts = [reminded, done, replaced].map(async (id) => (await published('NextActionDue', id)).length);
  assert.deepEqual(await Promise.all(counts), [1, 0, 0]);
  const past = { ...action, remind_at: '2020-01-01T09:00:00.000Z' };
  assert.equal((await call(ADA, 'PUT', `/${reminded}/next-action`, past)).status, 400);
});

describe('the posting', () => {
  it('is kept as it was when one applied, whatever becomes of it', async () => {
    const id = await apply('saved');
    assert.equal((await call(ADA, 'GET', `/${id}/posting`)).status, 404);
    await good('PATCH', `/${id}/status`, { status: 'applied' });
    const kept = await good('GET', `/${id}/posting`);
    assert.match(kept.description, /To build engines/);
    await started.service.pool.query(`UPDATE jobs SET description = 'Gone' WHERE id = $1`, [kept.job_id]);
    await started.service.pool.query(`DELETE FROM jobs WHERE id = $1`, [kept.job_id]);
    assert.deepEqual(await good('GET', `/${id}/posting`), kept);
    assert.equal((await good('GET', `/${id}`)).job_title, null);
  });

  it('of an application that the monolith has made is kept soon, each version once', async () => {
    const job = started.nextJob();
    const { rows } = await started.service.pool.query(
      `INSERT INTO applications (user_id, job_id, status)
       SELECT user_id, $1, 'applied' FROM unnest(ARRAY[101, 102]) AS user_id RETURNING id`,
      [job],
    );
    const kept = async () => {
      const found = await started.service.pool.query(
        'SELECT digest FROM application_postings WHERE application_id = ANY ($1)',
        [rows.map(({ id }) => id)],
      );
      return found.rowCount === 2 && found.rows;
    };
    const [one, other] = await until(kept);
    assert.equal(one.digest, other.digest);
  });
});

describe('the list', () => {
  it('has each application on one page, the newest first, whatever comes meanwhile', async () => {
    const seen: number[] = [];
    let cursor: string | null = null;
    do {
      const page: Json = await good('GET', `/?limit=3${cursor ? `&cursor=${cursor}` : ''}`);
      seen.push(...page.items.map((one: Json) => one.id));
      if (cursor === null) await apply();
      cursor = page.next_cursor;
    } while (cursor !== null);
    assert.equal(new Set(seen).size, seen.length);
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => b - a),
    );
  });

  it('is filtered by state, source, company and what is due', async () => {
    const id = await apply();
    await good('PUT', `/${id}/source`, { kind: 'recruiter' });
    await good('PUT', `/${id}/next-action`, { what: 'Write', due_at: '2030-01-01T00:00:00Z' });
    await good('PATCH', `/${id}/status`, { status: 'ghosted' });
    const ids = async (query: string) => (await good('GET', `/?${query}`)).items.map((one: Json) => one.id);
    assert.deepEqual(
      await ids('status=ghosted&source=recruiter&company=ENGINES&due_before=2031-01-01T00:00:00Z'),
      [id],
    );
    assert.deepEqual(await ids('source=recruiter&due_before=2029-01-01T00:00:00Z'), []);
    assert.deepEqual(await ids('source=recruiter&status=applied'), []);
    assert.deepEqual(await ids('source=recruiter&company=%25'), []);
  });
});

it('figures are of the rows that there are, of whoever made them, and of nobody else', async () => {
  const person = 200;
  const { pool } = started.service;
  const { rows } = await pool.query(
    `INSERT INTO applications (user_id, job_id, status) SELECT $1, id, status
     FROM unnest(ARRAY['applied', 'interview', 'rejected', 'saved']) WITH ORDINALITY AS one (status, id) RETURNING id`,
    [person],
  );
  await pool.query(
    `INSERT INTO application_timeline (application_id, from_status, to_status, created_at)
     SELECT ($1::int[])[one], came, went, now() - make_interval(days => ago) FROM (VALUES
       (1, NULL, 'applied', 20), (2, NULL, 'saved', 20), (2, 'saved', 'applied', 18), (2, 'applied', 'interview', 8),
       (3, NULL, 'applied', 20), (3, 'applied', 'rejected', 0), (4, NULL, 'saved', 1)) AS step (one, came, went, ago)`,
    [rows.map(({ id }) => id)],
  );
  const asked = await started.tracking(person, 'GET', '/statistics');
  assert.equal(asked.status, 200);
  const { total, sent, answered, response_rate, median_days_to_answer, time_in_stage } = asked.body;
  assert.deepEqual([total, sent, answered, response_rate, median_days_to_answer], [4, 3, 2, 0.6667, 15]);
  assert.deepEqual(time_in_stage.slice(0, 2), [
    { stage: 'saved', left: 1, average_days: 2, median_days: 2 },
    { stage: 'applied', left: 2, average_days: 15, median_days: 15 },
  ]);
  await started.tracking(person, 'PATCH', `/${rows[0].id}/status`, { status: 'ghosted' });
  const { body } = await started.tracking(person, 'GET', '/statistics');
  assert.deepEqual([body.by_state.ghosted, body.by_state.applied, body.time_in_stage[1].left], [1, 0, 3]);
  const none = await started.tracking(person, 'GET', '/statistics?from=2037-01-01T00:00:00Z');
  assert.deepEqual([none.body.total, none.body.response_rate], [0, null]);
});

it('somebody else finds nothing, whatever is asked, and a locked account is refused', async () => {
  const id = await apply();
  const asked: [string, string, object?][] = [
    ['GET', ''],
    ['GET', '/posting'],
    ['GET', '/history'],
    ['PATCH', '/status', { status: 'withdrawn' }],
    ['PUT', '/source', { kind: 'other' }],
    ['POST', '/contacts', { name: 'Mary' }],
    ['DELETE', '/contacts/1'],
    ['PUT', '/next-action', { what: 'x', due_at: '2037-01-01T00:00:00Z' }],
    ['DELETE', '/next-action'],
  ];
  for (const [method, path, body] of asked) {
    const answer = await call(SOMEBODY_ELSE, method, `/${id}${path}`, body);
    assert.deepEqual([answer.status, answer.body.code], [404, 'APPLICATION_NOT_FOUND'], `${method} ${path}`);
    assert.deepEqual((await call(LOCKED, method, `/${id}${path}`, body)).status, 403);
  }
});
