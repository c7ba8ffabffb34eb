import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { FULL_SHARE, type Stage } from '@banyan/banyan/operate';
import type { Environment } from '@banyan/harness/run';
import { createPool } from '@banyan/postgres';
import type pg from 'pg';
import { TRACKING } from './api/tracking.ts';
import { contracts } from './contracts/applications.ts';
import { startTestEnvironment } from './kit/testing/environment.ts';
import { hear } from './kit/testing/events.ts';
import { postJob } from './kit/testing/post-job.ts';
import { good as goodAnswer, type Json, request } from './kit/testing/request.ts';
import { noConflicts as conflictFree, verified as consistent, goTo as moveTo } from './kit/testing/stages.ts';
import { until } from './kit/testing/until.ts';
import data from './monolith/data.ts';

/**
 * Applications beside the monolith that still has the jobs, the notifications and the analytics: what users see of both, and
 * what is left when the service goes back. Each test brings the service to the stage that it is about.
 */

const SERVICE = 'applications';
/** Some of them on either side at a half. */
const PEOPLE = [4, 5, 6, 7, 8, 9, 10, 11, 12, 13];
const [ADA, GRACE] = PEOPLE as [number, number, ...number[]];
/** Ids that the service gives begin here. */
const FIRST_OF_SERVICE = 2 ** 30;
const LIMIT = { timeout: 400_000 };

let environment: Environment;
let monolith: pg.Pool;
let service: pg.Pool;

before(async () => {
  environment = await startTestEnvironment('applications', { services: [SERVICE], users: 40 });
  monolith = createPool(environment.databases.get('monolith')!, { max: 2 });
  service = createPool(environment.databases.get(SERVICE)!, { max: 2 });
}, LIMIT);

after(async () => {
  await Promise.all([monolith?.end(), service?.end()]);
  await environment?.stop();
});

const call = (as: number, method: string, path: string, body?: object) =>
  request(environment.gatewayUrl, method, path, { token: data.token(as, environment.secret), body });

const good = (as: number, method: string, path: string, body?: object) =>
  goodAnswer(`${method} ${path}`, call(as, method, path, body));

const tracking = (as: number, method: string, path: string, body?: object) =>
  request(environment.gatewayUrl, method, path, {
    token: data.token(as, environment.secret),
    body,
    api: TRACKING,
  });

const MB = 1_000_000;
const pdfOf = (bytes: number): Buffer => {
  const [head, tail] = ['%PDF-1.7\n', '\n%%EOF\n'];
  return Buffer.concat([
    Buffer.from(head),
    randomBytes(bytes - head.length - tail.length),
    Buffer.from(tail),
  ]);
};

/** Of a file, by the gateway, which lets no other body be so large. */
async function upload(
  as: number,
  application: number,
  file: Buffer,
): Promise<{ status: number; body: Json }> {
  const url = `${environment.gatewayUrl}${TRACKING}/${application}/documents?name=cv.pdf&kind=resume`;
  const headers = { authorization: `Bearer ${data.token(as, environment.secret)}` };
  const answer = await fetch(url, { method: 'POST', headers, body: new Uint8Array(file) });
  return { status: answer.status, body: await answer.json() };
}

async function download(as: number, path: string): Promise<Buffer> {
  const headers = { authorization: `Bearer ${data.token(as, environment.secret)}` };
  const answer = await fetch(environment.gatewayUrl + path, { headers });
  assert.equal(answer.status, 200);
  return Buffer.from(await answer.arrayBuffer());
}

const goTo = (stage: Stage, share: number) => moveTo(environment.control, SERVICE, stage, share);

/** The service takes the job as soon as it has heard of it. */
async function applyFor(as: number, job: number): Promise<number> {
  const { body } = await until(async () => {
    const answer = await call(as, 'POST', '/applications', { job_id: job, status: 'saved' });
    assert.ok([201, 404].includes(answer.status), JSON.stringify(answer));
    return answer.status === 201 && answer;
  });
  return body.id;
}

const noConflicts = () => conflictFree(monolith, service);
const verified = () => consistent(environment.control, SERVICE);

describe('nobody can tell who answers', () => {
  it('what is read of applications is compared, and the same on both sides', LIMIT, async () => {
    await goTo('shadowing', 0);
    const paths = ['', '/timeline', '/notes', '/documents'];
    const read = async (person: number) => {
      const { applications } = await good(person, 'GET', '/applications?limit=2');
      const ids = [...applications.map((one: Json) => one.id), 2_147_483_647, 1, 0, 'x'];
      for (const id of ids) for (const path of paths) await call(person, 'GET', `/applications/${id}${path}`);
      for (const query of ['status=applied', 'page=2&limit=1', 'status=lost', 'limit=0'])
        await call(person, 'GET', `/applications?${query}`);
    };
    await until(async () => {
      for (const person of PEOPLE) await read(person);
      const [at] = (await environment.control.status()).services;
      return at!.evidence.compared >= 200;
    });
    assert.deepEqual(await environment.control.mismatches(SERVICE, 5), []);
  });

  it('a write is refused by either side in the same words', LIMIT, async () => {
    await goTo('canary', 5_000);
    const sides = new Set<boolean>();
    const said = new Map<string, Set<string>>();
    for (const person of PEOPLE) {
      const job = await postJob(monolith);
      const id = await applyFor(person, job.id);
      sides.add(id >= FIRST_OF_SERVICE);
      const refused: [string, string, object][] = [
        ['POST', '', { job_id: job.id }],
        ['POST', '', { job_id: 2_147_483_647 }],
        ['POST', '', { job_id: job.id, status: 'offer' }],
        ['POST', '', {}],
        ['PATCH', `/${id}/status`, { status: 'offer' }],
        ['PATCH', `/${id}/status`, { status: 'lost' }],
        ['PATCH', '/1/status', { status: 'applied' }],
        ['POST', `/${id}/notes`, { body: '' }],
        ['POST', `/${id}/notes`, { body: 'a NUL \u0000' }],
        ['POST', '/1/notes', { body: 'not mine' }],
        ['POST', `/${id}/documents`, { name: 'cv.pdf', kind: 'poem' }],
      ];
      for (const [index, [method, path, body]] of refused.entries()) {
        const answer = await call(person, method, `/applications${path}`, body);
        assert.ok(answer.status >= 400 && answer.status < 500, JSON.stringify(answer));
        const what = `${index} ${method}`;
        said.set(what, (said.get(what) ?? new Set()).add(JSON.stringify(answer)));
      }
    }
    assert.equal(sides.size, 2, 'everybody is on one side');
    for (const [what, answers] of said)
      assert.equal(answers.size, 1, `${what}: ${[...answers].join(' or ')}`);
  });
});

describe('what the monolith shows of applications', () => {
  for (const [where, share] of [
    ['half of the users', 5_000],
    ['all users', FULL_SHARE],
  ] as const) {
    it(`is what its user has just done, with ${where} on the service`, LIMIT, async () => {
      await goTo('canary', share);
      for (const person of PEOPLE) {
        const { total_applications: before } = await good(person, 'GET', '/analytics/summary');
        const id = await applyFor(person, (await postJob(monolith)).id);
        const { total_applications: now } = await good(person, 'GET', '/analytics/summary');
        assert.equal(now, before + 1);
        await good(person, 'PATCH', `/applications/${id}/status`, { status: 'applied' });
        const { notifications } = await good(person, 'GET', '/notifications?limit=1');
        assert.equal(notifications[0].body, 'Your application moved from saved to applied.');
        assert.equal(notifications[0].is_read, false);
      }
      await noConflicts();
    });
  }
});

it(
  'a notification that was read stays read, whatever the service writes of its user afterwards',
  LIMIT,
  async () => {
    await goTo('migrated', FULL_SHARE);
    const id = await applyFor(ADA, (await postJob(monolith)).id);
    const move = async (status: string) => {
      await good(ADA, 'PATCH', `/applications/${id}/status`, { status });
      return (await good(ADA, 'GET', '/notifications?limit=2')).notifications;
    };
    const [first] = await move('applied');
    assert.equal((await good(ADA, 'PUT', `/notifications/${first.id}/read`)).is_read, true);
    const seen = await move('screening');
    assert.deepEqual(
      seen.map((one: Json) => one.is_read),
      [false, true],
    );
    await good(ADA, 'PUT', '/notifications/read-all');
    const { total_count: unread } = await good(ADA, 'GET', '/notifications?unread_only=true');
    assert.equal(unread, 0);
    assert.equal((await move('interview'))[0].is_read, false);
    await verified();
    await noConflicts();
  },
);

it(
  'a job or a company that the monolith makes, changes, closes or deletes is so for applications, at 100 % too',
  LIMIT,
  async () => {
    await goTo('migrated', FULL_SHARE);
    const job = await postJob(monolith);
    const id = await applyFor(ADA, job.id);
    await monolith.query(`UPDATE companies SET name = 'Analytical Engines' WHERE id = $1`, [job.company]);
    await monolith.query(`UPDATE jobs SET title = 'Poet', is_active = false WHERE id = $1`, [job.id]);
    await until(async () => {
      const application = await good(ADA, 'GET', `/applications/${id}`);
      return application.job_title === 'Poet' && application.company_name === 'Analytical Engines';
    });
    assert.equal((await call(GRACE, 'POST', '/applications', { job_id: job.id })).status, 404);
    const unwanted = await postJob(monolith);
    const there = async () =>
      (await service.query('SELECT FROM jobs WHERE id = $1', [unwanted.id])).rowCount === 1;
    await until(there);
    await monolith.query('DELETE FROM jobs WHERE id = $1', [unwanted.id]);
    await until(async () => !(await there()));
    await verified();
    await noConflicts();
  },
);

it(
  'others hear of each application and of its change once and in order, whichever side made it',
  LIMIT,
  async (t) => {
    const heard = await hear(t, { busUrl: environment.busUrl, events: contracts.events });
    const made: number[] = [];
    const stages = [
      ['shadowing', 0],
      ['canary', 5_000],
      ['migrated', FULL_SHARE],
      ['shadowing', 0],
    ] as const;
    for (const [stage, share] of stages) {
      await goTo(stage, share);
      for (const person of PEOPLE.slice(0, 4)) {
        const id = await applyFor(person, (await postJob(monolith)).id);
        await good(person, 'PATCH', `/applications/${id}/status`, { status: 'applied' });
        made.push(id);
      }
    }
    const of = (id: number) =>
      heard
        .filter(({ data }) => data.applicationId === id)
        .map(({ type, data }) => [type, data.to ?? data.status]);
    await until(async () => made.every((id) => of(id).length >= 2));
    await verified();
    for (const id of made)
      assert.deepEqual(of(id), [
        ['ApplicationCreated', 'saved'],
        ['ApplicationStatusChanged', 'applied'],
      ]);
  },
);

it(
  'is not retired while the monolith keeps whether a notification was read, and says so',
  LIMIT,
  async () => {
    await goTo('migrated', FULL_SHARE);
    await verified();
    await assert.rejects(environment.control.retire(SERVICE), /public\.notifications \(is_read\)/);
    const [at] = (await environment.control.status()).services;
    assert.equal(at!.target.stage, 'migrated');
  },
);

it(
  'what was written on the service is on the monolith after going back, and goes on there',
  LIMIT,
  async () => {
    await goTo('migrated', FULL_SHARE);
    const id = await applyFor(GRACE, (await postJob(monolith)).id);
    await good(GRACE, 'PATCH', `/applications/${id}/status`, { status: 'applied', note: 'by post' });
    const note = await good(GRACE, 'POST', `/applications/${id}/notes`, { body: 'call on Tuesday' });
    const document = await good(GRACE, 'POST', `/applications/${id}/documents`, {
      name: 'cv.pdf',
      kind: 'resume',
      url: 'https://files.example.com/1',
      content_type: 'application/pdf',
      size_bytes: 7,
    });
    const paths = ['', '/timeline', '/notes', '/documents'].map((path) => `/applications/${id}${path}`);
    const read = async () => await Promise.all(paths.map(async (path) => await good(GRACE, 'GET', path)));
    const onService = await read();
    assert.deepEqual(onService.slice(2), [[note], [document]]);
    await goTo('monolith', 0);
    assert.deepEqual(await read(), onService);
    await good(GRACE, 'PATCH', `/applications/${id}/status`, { status: 'interview' });
    await good(GRACE, 'POST', `/applications/${id}/notes`, { body: 'went well' });
    assert.equal((await good(GRACE, 'GET', `/applications/${id}/notes`)).length, 2);
  },
);

describe('what the monolith has not got', () => {
  it('is offered to whoever is on the service’s side, and not found by all others', LIMIT, async () => {
    const file = pdfOf(9 * MB);
    assert.equal(
      (await upload(GRACE, await applyFor(GRACE, (await postJob(monolith)).id), file)).status,
      404,
    );
    await goTo('canary', 5_000);
    const statuses = new Set<number>();
    for (const person of PEOPLE) {
      // By the write it is known which side the gateway has this person on by now; a read may be a moment behind the step.
      const id = await applyFor(person, (await postJob(monolith)).id);
      const { status } = await tracking(person, 'GET', '');
      assert.equal(status, id >= FIRST_OF_SERVICE ? 200 : 404);
      // The first on each side brings a file.
      if (!statuses.has(status)) {
        const uploaded = await upload(person, id, file);
        assert.equal(uploaded.status, status === 200 ? 201 : 404, JSON.stringify(uploaded.body));
        if (status === 200) assert.ok(file.equals(await download(person, uploaded.body.url)));
      }
      statuses.add(status);
    }
    assert.equal(statuses.size, 2, 'everybody is on one side');
  });

  it(
    'files of documents are as large as the service takes them, and the monolith shows that they are there',
    LIMIT,
    async () => {
      await goTo('migrated', FULL_SHARE);
      const id = await applyFor(GRACE, (await postJob(monolith)).id);
      const file = pdfOf(9 * MB);
      const { status, body } = await upload(GRACE, id, file);
      assert.deepEqual([status, body.size_bytes], [201, 9 * MB]);
      assert.ok(file.equals(await download(GRACE, body.url)));
      const refused = await upload(GRACE, id, pdfOf(11 * MB));
      assert.deepEqual([refused.status, refused.body.code], [413, 'body-too-large']);
      const path = `/applications/${id}/documents`;
      const shown = await good(GRACE, 'GET', path);
      await verified();
      await goTo('monolith', 0);
      assert.deepEqual(await good(GRACE, 'GET', path), shown);
    },
  );

  it(
    'changes nothing that it shows: who is ghosted has applied there, and goes on there and back here',
    LIMIT,
    async () => {
      await goTo('migrated', FULL_SHARE);
      const id = await applyFor(ADA, (await postJob(monolith)).id);
      await good(ADA, 'PATCH', `/applications/${id}/status`, { status: 'applied' });
      const shown = async () =>
        await Promise.all(['', '/timeline'].map((path) => good(ADA, 'GET', `/applications/${id}${path}`)));
      const before = await shown();
      const ghosted = await tracking(ADA, 'PATCH', `/${id}/status`, { status: 'ghosted' });
      assert.equal(ghosted.body.status, 'ghosted');
      await verified();
      await goTo('monolith', 0);
      assert.deepEqual(await shown(), before);
      await good(ADA, 'PATCH', `/applications/${id}/status`, { status: 'interview', note: 'after all' });
      await goTo('canary', FULL_SHARE);
      const { body } = await tracking(ADA, 'PATCH', `/${id}/status`, { status: 'offer' });
      assert.deepEqual([body.status, body.irregular], ['offer', false]);
      const { entries } = (await tracking(ADA, 'GET', `/${id}/history`)).body;
      assert.deepEqual(
        entries.map(({ from, to, why }: Json) => [from, to, why]),
        [
          [null, 'saved', null],
          ['saved', 'applied', null],
          ['applied', 'ghosted', null],
          ['applied', 'interview', 'after all'],
          ['interview', 'offer', null],
        ],
      );
      await noConflicts();
    },
  );
});
