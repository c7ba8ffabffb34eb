import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Json } from '../../kit/testing/request.ts';
import {
  ADA,
  CLOSED_JOB,
  LOCKED,
  SOMEBODY_ELSE,
  type StartedApplications,
  startApplications,
} from './testing/start.ts';

let started: StartedApplications;

before(async () => {
  started = await startApplications();
});

after(async () => await started?.stop());

const call: StartedApplications['legacy'] = (...asked) => started.legacy(...asked);

async function apply(status: 'saved' | 'applied' = 'applied'): Promise<number> {
  const applied = await call(ADA, 'POST', '', { job_id: started.nextJob(), status });
  assert.equal(applied.status, 201);
  return applied.body.id;
}

describe('an application', () => {
  it('is made once for a job, and shows the job and its company', async () => {
    const job_id = started.nextJob();
    const { id } = (await call(ADA, 'POST', '', { job_id })).body;
    const { status, body } = await call(ADA, 'GET', `/${id}`);
    assert.equal(status, 200);
    assert.deepEqual(
      [body.job_title, body.company_name, body.status],
      ['Engineer', 'Analytical Engines', 'applied'],
    );
    assert.notEqual(body.applied_at, null);
    assert.deepEqual(await call(ADA, 'POST', '', { job_id }), {
      status: 400,
      body: { detail: 'Application already exists for this job' },
    });
  });

  it('is for an open job only', async () => {
    for (const job_id of [CLOSED_JOB, 12_345]) {
      const { status } = await call(ADA, 'POST', '', { job_id });
      assert.equal(status, 404);
    }
  });

  it('goes on as far as it may, and leaves each step in its timeline and a notification', async () => {
    const id = await apply('saved');
    assert.equal((await call(ADA, 'PATCH', `/${id}/status`, { status: 'offer' })).status, 400);
    const moved = await call(ADA, 'PATCH', `/${id}/status`, { status: 'applied', note: 'by post' });
    assert.equal(moved.body.status, 'applied');
    const { body } = await call(ADA, 'GET', `/${id}/timeline`);
    assert.deepEqual(
      body.map(({ from_status: from, to_status: to, note }: Json) => [from, to, note]),
      [
        [null, 'saved', null],
        ['saved', 'applied', 'by post'],
      ],
    );
    const { rows } = await started.service.pool.query('SELECT body FROM notifications WHERE user_id = $1', [
      ADA,
    ]);
    assert.equal(rows.at(-1).body, 'Your application moved from saved to applied.');
  });

  it('moves once when two ask at the same time', async () => {
    const id = await apply();
    const both = await Promise.all(
      [1, 2].map(() => call(ADA, 'PATCH', `/${id}/status`, { status: 'withdrawn' })),
    );
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 400]);
    assert.equal((await call(ADA, 'GET', `/${id}/timeline`)).body.length, 2);
  });

  it('has notes and documents in the order in which they were added', async () => {
    const id = await apply();
    for (const body of ['first', 'second']) await call(ADA, 'POST', `/${id}/notes`, { body });
    const document = {
      name: 'cv.pdf',
      kind: 'resume',
      url: 'https://files/1',
      content_type: 'application/pdf',
      size_bytes: 7,
    };
    assert.equal((await call(ADA, 'POST', `/${id}/documents`, document)).status, 201);
    const notes = (await call(ADA, 'GET', `/${id}/notes`)).body;
    assert.deepEqual(
      notes.map(({ body, is_private }: Json) => [body, is_private]),
      [
        ['first', false],
        ['second', false],
      ],
    );
    assert.deepEqual((await call(ADA, 'GET', `/${id}/documents`)).body[0].url, document.url);
  });

  it('of somebody else is not found, whatever is asked of it', async () => {
    const id = await apply();
    const asked = [
      ['GET', ''],
      ['GET', '/timeline'],
      ['GET', '/notes'],
      ['GET', '/documents'],
      ['PATCH', '/status', { status: 'withdrawn' }],
      ['POST', '/notes', { body: 'mine' }],
    ] as const;
    for (const [method, path, body] of asked)
      assert.equal((await call(SOMEBODY_ELSE, method, `/${id}${path}`, body)).status, 404);
  });
});

describe('the stream of an application', () => {
  const streamOf = async (id: number) =>
    (await started.service.provided.events.store.readStream(`application-${id}`)).map(
      ({ type, actor, data }) => {
        const { from, to, status } = data as Json;
        return [type, from ?? status, to, actor];
      },
    );

  it('has what happened and who did it, and what was commanded in vain left nothing', async () => {
    const id = await apply('saved');
    await call(ADA, 'PATCH', `/${id}/status`, { status: 'offer' });
    await call(ADA, 'PATCH', `/${id}/status`, { status: 'applied' });
    await call(ADA, 'POST', `/${id}/notes`, { body: 'by post', is_private: true });
    assert.deepEqual(await streamOf(id), [
      ['ApplicationCreated', 'saved', undefined, '7'],
      ['ApplicationStatusChanged', 'saved', 'applied', '7'],
      ['ApplicationNoteAdded', undefined, undefined, '7'],
    ]);
  });

  it('is published as it was appended, without what somebody has noted', async () => {
    const id = await apply('applied');
    await call(ADA, 'POST', `/${id}/notes`, { body: 'a secret of mine' });
    const { rows } = await started.service.pool.query(
      `SELECT message FROM banyan_events.outbox WHERE message -> 'data' ->> 'applicationId' = $1 ORDER BY seq`,
      [String(id)],
    );
    assert.deepEqual(
      rows.map(({ message }) => message.type),
      ['ApplicationCreated', 'ApplicationNoteAdded'],
    );
    assert.equal(rows[0].message.data.appliedAt, rows[0].message.data.createdAt);
    assert.doesNotMatch(JSON.stringify(rows), /a secret of mine/);
  });

  it('begins with what its row says, and takes over what the row has learned without it, telling nobody', async () => {
    const { rows } = await started.service.pool.query(
      `INSERT INTO applications (user_id, job_id, status) VALUES ($1, $2, 'screening') RETURNING id`,
      [ADA, started.nextJob()],
    );
    const { id } = rows[0];
    await call(ADA, 'PATCH', `/${id}/status`, { status: 'interview' });
    await started.service.pool.query(`UPDATE applications SET status = 'offer' WHERE id = $1`, [id]);
    assert.equal((await call(ADA, 'PATCH', `/${id}/status`, { status: 'screening' })).status, 400);
    await call(ADA, 'PATCH', `/${id}/status`, { status: 'accepted' });
    assert.deepEqual(await streamOf(id), [
      ['ApplicationKnown', 'screening', undefined, '7'],
      ['ApplicationStatusChanged', 'screening', 'interview', '7'],
      ['ApplicationKnown', 'offer', undefined, '7'],
      ['ApplicationStatusChanged', 'offer', 'accepted', '7'],
    ]);
    const told = await started.service.pool.query(
      `SELECT FROM banyan_events.outbox WHERE message -> 'data' ->> 'applicationId' = $1`,
      [String(id)],
    );
    assert.equal(told.rowCount, 2);
  });

  it('of a status that nobody knows is refused by the old routes, and kept', async () => {
    const { rows } = await started.service.pool.query(
      `INSERT INTO applications (user_id, job_id, status) VALUES ($1, $2, 'on hold') RETURNING id`,
      [ADA, started.nextJob()],
    );
    assert.equal((await call(ADA, 'PATCH', `/${rows[0].id}/status`, { status: 'applied' })).status, 400);
    assert.equal((await call(ADA, 'GET', `/${rows[0].id}`)).body.status, 'on hold');
  });
});

it('a list has pages, by status if asked', async () => {
  const before = (await call(ADA, 'GET', '?status=saved')).body.total_count;
  await apply('saved');
  const { body } = await call(ADA, 'GET', '?status=saved&limit=1');
  assert.deepEqual(
    [body.total_count, body.applications.length, body.total_pages],
    [before + 1, 1, before + 1],
  );
});

it('a locked account is refused, and one that nobody has told of yet is not', async () => {
  assert.deepEqual(await call(LOCKED, 'GET', ''), { status: 403, body: { detail: 'Inactive user' } });
  assert.equal((await call(SOMEBODY_ELSE, 'GET', '')).status, 200);
});
