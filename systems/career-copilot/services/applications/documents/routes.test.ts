import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { type ClamdDouble, startClamdDouble } from '@banyan/service/testing';
import { strToU8, zipSync } from 'fflate';
import { TRACKING } from '../../../api/tracking.ts';
import type { Json } from '../../../kit/testing/request.ts';
import { until } from '../../../kit/testing/until.ts';
import { beginErasure } from '../erasure/erase.ts';
import { pdf, peopleOf, tablesWith } from '../testing/people.ts';
import { ADA, SOMEBODY_ELSE, type StartedApplications, startApplications } from '../testing/start.ts';
import { msFor } from './receive.ts';

const MOST_BYTES = 50_000;
const QUOTA_BYTES = 200_000;
const HARM = 'this is harm';
/** Ids of people for tests that need one to themselves. */
const FULL = 20;
const DELETED = 21;

const folder = mkdtempSync(join(tmpdir(), 'documents-'));
let clamd: ClamdDouble;
let started: StartedApplications;
let people: ReturnType<typeof peopleOf>;

before(async () => {
  clamd = await startClamdDouble(HARM);
  started = await startApplications({
    DOCUMENT_STORE: `file:${folder}`,
    DOCUMENT_BYTES: String(MOST_BYTES),
    DOCUMENT_QUOTA_BYTES: String(QUOTA_BYTES),
    VIRUS_SCANNER: clamd.url,
    SWEEP_SECONDS: '0.02',
    UPLOAD_GRACE_SECONDS: '3',
    ERASE_SECONDS: '0.02',
  });
  people = peopleOf(started);
});

after(async () => {
  await started?.stop();
  clamd?.close();
  rmSync(folder, { recursive: true, force: true });
});

const WORD = (more: Record<string, Uint8Array> = {}) =>
  Buffer.from(
    zipSync({ '[Content_Types].xml': strToU8('<Types/>'), 'word/document.xml': strToU8('<a/>'), ...more }),
  );
const query = async (sql: string, values: unknown[] = []): Promise<Json[]> =>
  (await started.service.pool.query(sql, values)).rows;
const stored = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map(({ name }) => name);

const download = async (path: string, as?: number): Promise<Response> =>
  await fetch(started.service.url + path, {
    headers: as === undefined ? {} : { authorization: `Bearer ${started.gateway.token(as)}` },
  });

/** Waits until the scanner has seen it. */
const scanned = async (application: number, id: number): Promise<Json> =>
  await until(async () => {
    const { body } = await started.tracking(ADA, 'GET', `/${application}/documents`);
    const found = body.find((each: Json) => each.id === id);
    return found.scan !== 'pending' && found;
  });

describe('a document', () => {
  it('is handed out as it came, as a file that no browser shows, and the old routes know it', async () => {
    const application = await people.apply();
    const content = pdf('as it came');
    const { status, body } = await people.upload(application, content, {
      name: 'Ada – "résumé".pdf',
      type: 'application/pdf',
    });
    assert.deepEqual([status, body.content_type, body.size_bytes], [201, 'application/pdf', content.length]);
    await scanned(application, body.id);
    const answer = await download(body.url, ADA);
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), content);
    const header = (name: string) => answer.headers.get(name);
    assert.equal(header('content-type'), 'application/pdf');
    assert.equal(
      header('content-disposition'),
      `attachment; filename="Ada _ _r_sum__.pdf"; filename*=UTF-8''Ada%20%E2%80%93%20%22r%C3%A9sum%C3%A9%22.pdf`,
    );
    assert.deepEqual(
      [header('x-content-type-options'), header('content-security-policy')],
      ['nosniff', "default-src 'none'; sandbox"],
    );
    const [legacy] = (await started.legacy(ADA, 'GET', `/${application}/documents`)).body;
    assert.deepEqual([legacy.id, legacy.name, legacy.url], [body.id, body.name, body.url]);
    assert.equal((await download(body.url, SOMEBODY_ELSE)).status, 404);
  });

  it('is what is in it, whatever its name and its type say', async () => {
    const application = await people.apply();
    const page = Buffer.from('<html><script>alert(1)</script>%PDF-1.7 %%EOF</html>');
    const bad: [Buffer, { name?: string; type?: string }, string][] = [
      [page, { name: 'cv.pdf' }, 'TYPE_DIFFERS'],
      [page, { name: 'cv.txt', type: 'text/html' }, 'TYPE_DIFFERS'],
      [pdf('a'), { name: 'cv.docx' }, 'TYPE_DIFFERS'],
      [Buffer.from('%PDF-1.7 and no end'), {}, 'TYPE_REFUSED'],
      [Buffer.from([0x4d, 0x5a, 0, 1, 2]), { name: 'cv' }, 'TYPE_REFUSED'],
      [Buffer.from([0x61, 0xc3]), { name: 'cut.txt' }, 'TYPE_REFUSED'],
      [Buffer.from(zipSync({ 'a.txt': strToU8('a') })), { name: 'cv.docx' }, 'TYPE_REFUSED'],
      [WORD({ 'word/vbaProject.bin': strToU8('a') }), { name: 'cv.docx' }, 'TYPE_REFUSED'],
      [WORD().subarray(0, 60), { name: 'cv.docx' }, 'TYPE_REFUSED'],
    ];
    for (const [body, how, code] of bad) {
      const refused = await people.upload(application, body, how);
      assert.deepEqual([refused.status, refused.body.code], [415, code], `${how.name}`);
    }
    const good = await people.upload(application, WORD(), { name: 'letter', kind: 'cover_letter' });
    assert.equal(good.status, 201);
    await scanned(application, good.body.id);
    const offered = (await download(good.body.url, ADA)).headers.get('content-disposition');
    assert.match(offered!, /filename="letter.docx"/);
    const page2 = await people.upload(application, page, { name: 'page.html', kind: 'other' });
    await scanned(application, page2.body.id);
    const harmless = await download(page2.body.url, ADA);
    assert.equal(harmless.headers.get('content-type'), 'text/plain; charset=utf-8');
    assert.match(harmless.headers.get('content-disposition')!, /filename="page.html.txt"/);
    assert.equal((await people.upload(application, pdf('b'), { name: '../../cv.pdf' })).status, 400);
  });

  it('is no larger than one may be, counted as it comes, and not empty', async () => {
    const application = await people.apply();
    const large = await people.upload(application, pdf('x'.repeat(MOST_BYTES)));
    assert.deepEqual(
      [large.status, large.body.code, large.body.most_bytes],
      [413, 'DOCUMENT_TOO_LARGE', MOST_BYTES],
    );
    assert.equal((await people.upload(application, Buffer.alloc(0))).body.code, 'DOCUMENT_EMPTY');
    const { status } = await fetch(
      `${started.service.url}${TRACKING}/${application}/documents?name=a&kind=other`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${started.gateway.token(ADA)}` },
        // Without a length that it could be refused by.
        body: ReadableStream.from(Array.from({ length: 4 }, () => new Uint8Array(20_000).fill(97))),
        duplex: 'half',
      } as RequestInit,
    );
    assert.equal(status, 413);
  });

  /** An upload of which no more comes than its beginning. */
  const begin = (application: number): Socket => {
    const { hostname, port } = new URL(started.service.url);
    const socket = connect(Number(port), hostname);
    const token = started.gateway.token(ADA);
    socket.write(
      `POST ${TRACKING}/${application}/documents?name=a.txt&kind=other HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token}\r\ncontent-length: 1000\r\n\r\nbegun`,
    );
    return socket;
  };

  it('that comes too slowly is told so and holds nobody else back, be it in all places that there are', {
    timeout: 60_000,
  }, async () => {
    const application = await people.apply();
    const slow = Array.from({ length: 16 }, () => begin(application));
    const answers = Promise.all(slow.map((socket) => text(socket)));
    // They have their places once another request, sent after, is answered.
    await started.tracking(ADA, 'GET', `/${application}`);
    assert.equal((await people.upload(application, pdf('of somebody else'))).status, 201);
    for (const answer of await answers) assert.match(answer, /^HTTP\/1\.1 408 .*UPLOAD_TOO_SLOW/s);
  });

  it('has time by what has come of it', () => {
    assert.deepEqual(
      [msFor(0, 10_000), msFor(32 * 1024, 10_000), msFor(10 * 1024 * 1024, 10_000)],
      [10_000, 11_000, 330_000],
    );
  });

  it('that breaks off leaves nothing', async () => {
    const application = await people.apply();
    const before = await query('SELECT count(*)::int AS all FROM document_files');
    const socket = begin(application);
    // It has come that far once another request, sent after, is answered.
    await started.tracking(ADA, 'GET', `/${application}`);
    socket.destroy();
    assert.deepEqual((await started.tracking(ADA, 'GET', `/${application}/documents`)).body, []);
    assert.deepEqual(await query('SELECT count(*)::int AS all FROM document_files'), before);
  });
});

describe('versions', () => {
  it('are numbered by what is in them, and tell with which applications each was sent', async () => {
    const [first, second, third] = [await people.apply(), await people.apply(), await people.apply()];
    const [one, two] = [pdf('version one'), pdf('version two')];
    const answers = [
      await people.upload(first, one, { kind: 'portfolio' }),
      await people.upload(second, two, { kind: 'portfolio' }),
      await people.upload(third, one, { kind: 'portfolio', name: 'another name.pdf' }),
    ];
    assert.deepEqual(
      answers.map(({ body }) => body.version),
      [1, 2, 1],
    );
    const again = await people.upload(first, one, { kind: 'portfolio' });
    assert.deepEqual([again.status, again.body.id], [200, answers[0]!.body.id]);
    const attached = await started.tracking(ADA, 'POST', `/${third}/documents/from-version`, {
      kind: 'portfolio',
      version: 2,
    });
    assert.equal(attached.status, 201);
    const { items } = (await started.tracking(ADA, 'GET', '/documents/versions?kind=portfolio')).body;
    assert.deepEqual(
      items.map((each: Json) => [each.version, each.application_ids, each.names]),
      [
        [1, [first, third], ['another name.pdf', 'cv.pdf']],
        [2, [second, third], ['cv.pdf', 'portfolio 2']],
      ],
    );
    assert.equal(
      (
        await started.tracking(ADA, 'POST', `/${first}/documents/from-version`, {
          kind: 'portfolio',
          version: 9,
        })
      ).status,
      404,
    );
  });

  it('go with the last document that has them, file and all, and no number comes again', async () => {
    const [first, second] = [await people.apply(), await people.apply()];
    const content = pdf('soon gone');
    const [a, b] = [
      await people.upload(first, content, { kind: 'other' }),
      await people.upload(second, content, { kind: 'other' }),
    ];
    const [{ file }] = await query('SELECT file FROM document_contents WHERE document_id = $1', [a.body.id]);
    await started.tracking(ADA, 'DELETE', `/${first}/documents/${a.body.id}`);
    assert.ok(stored().includes(file));
    await started.tracking(ADA, 'DELETE', `/${second}/documents/${b.body.id}`);
    await until(() => !stored().includes(file));
    const [next] = [await people.upload(first, content, { kind: 'other' })];
    assert.equal(next.body.version, a.body.version + 1);
    const history = await started.tracking(ADA, 'GET', `/${first}/history`);
    assert.deepEqual(history.body.entries.map(({ what, id }: Json) => [what, id]).slice(1), [
      ['document', a.body.id],
      ['document_removed', a.body.id],
      ['document', next.body.id],
    ]);
  });

  it('take no more room than their user has, also when several come at once', async () => {
    const application = await people.apply(FULL);
    const answers = await Promise.all(
      Array.from({ length: 6 }, () =>
        people.upload(application, pdf(randomBytes(20_000).toString('hex')), { as: FULL }),
      ),
    );
    const kept = answers.filter(({ status }) => status === 201);
    const [refused] = answers.filter(({ status }) => status !== 201);
    assert.deepEqual([kept.length, refused!.status, refused!.body.code], [4, 409, 'QUOTA_EXCEEDED']);
    const files = await query('SELECT file FROM document_versions WHERE user_id = $1', [FULL]);
    assert.equal(files.length, 4);
    // What was stored before it was refused is found and removed.
    await query(`UPDATE document_files SET remove_after = now() WHERE remove_after IS NOT NULL`);
    await until(
      async () => (await query('SELECT FROM document_files WHERE remove_after IS NOT NULL')).length === 0,
    );
    const known = await query('SELECT file FROM document_files');
    assert.deepEqual(stored().sort(), known.map(({ file }) => file).sort());
  });
});

describe('a virus scanner', () => {
  it('sees each file whole, and of what is infected nothing is handed out or kept', async () => {
    const application = await people.apply();
    const { body } = await people.upload(application, pdf(HARM));
    const [{ file }] = await query('SELECT file FROM document_contents WHERE document_id = $1', [body.id]);
    assert.equal((await scanned(application, body.id)).scan, 'infected');
    assert.ok(clamd.scanned.includes(pdf(HARM).toString('latin1')));
    const refused = await download(body.url, ADA);
    assert.deepEqual([refused.status, ((await refused.json()) as Json).code], [403, 'INFECTED']);
    assert.equal(
      (await started.tracking(ADA, 'POST', `/${application}/documents/${body.id}/link`, {})).status,
      403,
    );
    await until(() => !stored().includes(file));
  });

  it('that cannot say leaves a file waiting, and nobody gets it until it can', async () => {
    const application = await people.apply();
    clamd.answer = 'INSTREAM size limit exceeded. ERROR';
    const seen = clamd.scanned.length;
    const { body } = await people.upload(application, pdf('not sure'));
    await until(() => clamd.scanned.length > seen);
    const waiting = await download(body.url, ADA);
    assert.deepEqual([waiting.status, waiting.headers.get('retry-after')], [409, '2']);
    clamd.answer = undefined;
    // As when the lease of whoever tried is over.
    await until(async () => {
      await query(`UPDATE document_versions SET leased_until = NULL WHERE scan = 'pending'`);
      started.service.provided.documents.scanSoon();
      return (await download(body.url, ADA)).status === 200;
    });
  });
});

it('a link gets its document for a while, and nothing else, by nobody’s changes', async () => {
  const application = await people.apply();
  const [one, two] = [
    await people.upload(application, pdf('linked')),
    await people.upload(application, pdf('not linked')),
  ];
  for (const { body } of [one, two]) await scanned(application, body.id);
  const link = (
    await started.tracking(ADA, 'POST', `/${application}/documents/${one.body.id}/link`, { seconds: 60 })
  ).body;
  const answer = await download(link.url);
  assert.deepEqual([answer.status, await answer.text()], [200, pdf('linked').toString()]);
  const expires = Number(new URL(link.url, 'http://a').searchParams.get('expires'));
  const changed = [
    link.url.replace(String(expires), String(expires + 1)),
    link.url.replace(`/${one.body.id}/`, `/${two.body.id}/`),
    link.url.replace(`/${one.body.id}/`, '/2147483647/'),
    `${link.url}A`,
  ];
  for (const url of changed) assert.equal((await download(url)).status, 403, url);
  assert.notEqual((await fetch(started.service.url + link.url, { method: 'HEAD' })).status, 200);
  await started.tracking(ADA, 'DELETE', `/${application}/documents/${one.body.id}`);
  assert.equal((await download(link.url)).status, 403);
});

it('what was never uploaded here is listed with its address, and is not handed out', async () => {
  const application = await people.apply();
  const legacy = {
    name: 'cv',
    kind: 'resume',
    url: 'https://files/1',
    content_type: 'application/pdf',
    size_bytes: 7,
  };
  const { id } = (await started.legacy(ADA, 'POST', `/${application}/documents`, legacy)).body;
  const [listed] = (await started.tracking(ADA, 'GET', `/${application}/documents`)).body;
  assert.deepEqual([listed.scan, listed.version, listed.url], ['elsewhere', null, legacy.url]);
  const refused = await started.tracking(ADA, 'GET', `/${application}/documents/${id}/content`);
  assert.deepEqual([refused.status, refused.body.code], [404, 'NOT_KEPT_HERE']);
});

it('a document whose row was deleted by SQL lets go of its file after a day, unless it comes back', async () => {
  const application = await people.apply();
  const { body } = await people.upload(application, pdf('deleted by SQL'));
  await scanned(application, body.id);
  const [{ file }] = await query('SELECT file FROM document_contents WHERE document_id = $1', [body.id]);
  const { releaseDeleted } = await import('./sweep.ts');
  const [row] = await query('DELETE FROM documents WHERE id = $1 RETURNING *', [body.id]);
  await releaseDeleted(started.service.pool);
  await query('INSERT INTO documents SELECT * FROM jsonb_populate_record(NULL::documents, $1)', [
    JSON.stringify(row),
  ]);
  await releaseDeleted(started.service.pool);
  const missing = async () =>
    (await query('SELECT missing_since FROM document_contents WHERE file = $1', [file])).map(
      (each) => each.missing_since,
    );
  assert.deepEqual(await missing(), [null]);
  await query('DELETE FROM documents WHERE id = $1', [body.id]);
  await releaseDeleted(started.service.pool);
  await query(`UPDATE document_contents SET missing_since = now() - interval '2 days' WHERE file = $1`, [
    file,
  ]);
  await releaseDeleted(started.service.pool);
  assert.deepEqual(await missing(), []);
  await until(() => !stored().includes(file));
});

describe('somebody whose account is deleted', () => {
  const left = (user: number, applications: number[]) => tablesWith(started.service.pool, user, applications);

  const tellOf = async (user: number) => {
    const client = await started.service.pool.connect();
    await beginErasure(client, user);
    client.release();
  };

  it('has nothing here any more, and nobody else misses anything', async () => {
    const { applications, file } = await people.aWholeLife(DELETED);
    const others = await people.aWholeLife(ADA);
    const before = await left(ADA, others.applications);
    await tellOf(DELETED);
    await tellOf(DELETED);
    await until(async () => (await query('SELECT FROM erasures WHERE erased_at IS NOT NULL')).length === 1);
    assert.deepEqual(await left(DELETED, applications), []);
    assert.deepEqual(await left(ADA, others.applications), before);
    await until(() => !stored().includes(file));
    const [last] = (
      await started.service.provided.events.store.readStream(`application-${applications[0]}`)
    ).slice(-1);
    assert.deepEqual([last!.type, last!.actor], ['ApplicationRemoved', 'erasure']);
    const stream = JSON.stringify(await query('SELECT data FROM banyan_events.events'));
    assert.doesNotMatch(stream, /secret|Mary|Call/);
  });

  it('keeps what the monolith owns until that is this service’s, and the rest goes at once', async () => {
    const user = DELETED + 1;
    await query('CREATE SCHEMA IF NOT EXISTS banyan');
    await query('CREATE TABLE banyan.shares (service text PRIMARY KEY, share integer)');
    await query(`INSERT INTO banyan.shares VALUES ('applications', 5000)`);
    const { applications, file } = await people.aWholeLife(user);
    await tellOf(user);
    await until(() => !stored().includes(file));
    const rows = await left(user, applications);
    assert.deepEqual(rows, [
      'application_notes',
      'application_timeline',
      'applications',
      'document_numbers',
      'documents',
      'notifications',
    ]);
    await query('UPDATE banyan.shares SET share = 10000');
    await until(async () => (await left(user, applications)).length === 0);
    await query('DROP TABLE banyan.shares');
  });
});
