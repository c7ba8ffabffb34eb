import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { type ServiceProcess, startProcess } from '@banyan/harness/testing';
import { createPool } from '@banyan/postgres';
import { until } from '@banyan/postgres/until';
import { serviceClient } from '@banyan/service';
import { serviceKeysOf } from '@banyan/service/service-keys';
import { createServiceTokens } from '@banyan/service/testing';
import type pg from 'pg';
import { operations } from './contracts/personal-data.ts';
import { startGatewayDouble } from './kit/testing/gateway.ts';
import { type Json, request, variablesOf } from './kit/testing/service.ts';
import { session as sessionService } from './services/session/main.ts';
import { LiveKitDouble } from './services/session/testing/livekit-double.ts';

/** What becomes of recordings: the session service in a process of its own, which is killed at each step. */

const MAIN = new URL('services/session/main.ts', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'recordings-'));
const [DROP, ARCHIVE] = [folder, join(folder, 'archive')];
const keys = (name: string) => serviceKeysOf(name, ['session', 'user'], 'of this test');

let gateway: Awaited<ReturnType<typeof startGatewayDouble>>;
let livekit: LiveKitDouble;
let told: Record<string, string>;
let pool: pg.Pool;
let session: ServiceProcess;
let url: string;

before(async () => {
  mkdirSync(ARCHIVE);
  gateway = await startGatewayDouble();
  livekit = await new LiveKitDouble({ drop: DROP }).listen();
  told = {
    ...(await variablesOf('session', { API_URL: gateway.url, ...keys('session'), ...livekit.env })),
    ...{ RECORDING_STORE: `file:${ARCHIVE}`, RECORDINGS_LOOK_MS: '20', RECORDING_BYTES: '5000000' },
  };
  pool = createPool(told.DATABASE_URL!, { max: 4 });
  await start();
});

after(async () => {
  await killed();
  await pool?.end();
  livekit?.close();
  gateway?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<void> {
  session = startProcess(MAIN, told);
  url = await session.url();
}

async function killed(): Promise<void> {
  session?.kill();
  await session?.gone;
}

const token = (person: string, role?: string) => gateway.token(person, role);
const filesOf = (of: string) =>
  readdirSync(of, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && (of !== DROP || one.parentPath === DROP))
    .map(({ name }) => name);
const archived = (id: string) => readFileSync(join(ARCHIVE, id.slice(0, 2), id));

/** A session that two people had. */
async function had() {
  const [seeker, provider] = [randomUUID(), randomUUID()];
  await pool.query('INSERT INTO people (id) VALUES ($1), ($2)', [seeker, provider]);
  const { rows } = await pool.query(
    `INSERT INTO sessions (seeker_id, provider_id, skill_id, starts_at, ends_at, state, hourly_rate, credits)
     VALUES ($1, $2, gen_random_uuid(), now() - interval '2 h', now() - interval '1 h', 'COMPLETED', 10, 10) RETURNING id`,
    [seeker, provider],
  );
  return { seeker, provider, id: rows[0].id as string };
}

/** LiveKit tells of something. Resolves with the status of the answer. */
async function tell(event: object, by?: Uint8Array): Promise<number> {
  const [body, authorization] = await livekit.tells(event, by && { by });
  const headers = { authorization, 'content-type': 'application/webhook+json' };
  return (await fetch(`${url}/api/v1/sessions/rooms/messages`, { method: 'POST', headers, body })).status;
}

const listed = async (as: string, id: string): Promise<Json> =>
  (await request(url, 'GET', `/sessions/${id}/recordings`, { token: token(as) })).body;
const stateOf = async (id: string): Promise<string | undefined> =>
  (await pool.query('SELECT state FROM recordings WHERE session_id = $1', [id])).rows[0]?.state;
const isIn = async (id: string, state: string) => await until(async () => (await stateOf(id)) === state);
const fetched = async (path: string) => await fetch(url + path);

/** The service of accounts asks for the erasure of somebody. */
async function erased(person: string) {
  const { tokenFor } = createServiceTokens('user', keys('user'));
  const others = serviceClient(operations, {
    ...{ baseUrls: { session: [url] }, identity: 'service', token: tokenFor },
  });
  try {
    return await others['erasePerson of session']({ params: { person } });
  } finally {
    await others[Symbol.asyncDispose]();
  }
}

it('goes into the archive by the word of whoever has recorded it, once, and both people get it by a link for a while', async () => {
  const { seeker, provider, id } = await had();
  const content = randomBytes(1_000_000);
  const event = await livekit.records(id, content);
  assert.equal(await tell(event, Buffer.alloc(32)), 401);
  assert.equal(await stateOf(id), undefined);
  assert.deepEqual(
    await Promise.all([tell(event), tell(event), tell({ event: 'room_started' })]),
    [204, 204, 204],
  );
  await isIn(id, 'KEPT');
  assert.equal(await tell(event), 204);
  assert.deepEqual(filesOf(DROP), []);

  const [mine, theirs] = [await listed(seeker, id), await listed(provider, id)];
  const [one] = mine;
  assert.deepEqual([mine.length, one.state, one.seconds, one.bytes], [1, 'KEPT', 3_600, content.length]);
  const days = (Date.parse(one.keptUntil) - Date.parse(one.recordedAt)) / 86_400_000;
  assert.equal(Math.round(days * 100), 9_000);
  assert.deepEqual(
    theirs.map((each: Json) => each.id),
    [one.id],
  );
  for (const [stranger, role] of [
    [randomUUID(), 'USER'],
    [randomUUID(), 'ADMIN'],
  ] as const) {
    const asked = await request(url, 'GET', `/sessions/${id}/recordings`, { token: token(stranger, role) });
    assert.equal(asked.body.code, 'SESSION_NOT_FOUND');
  }

  const answer = await fetched(one.link.url);
  assert.deepEqual(Buffer.from(await answer.arrayBuffer()), content);
  assert.deepEqual(
    ['content-type', 'x-content-type-options', 'cache-control'].map((name) => answer.headers.get(name)),
    ['video/mp4', 'nosniff', 'private, no-store'],
  );
  const expires = Date.parse(one.link.expiresAt);
  assert.ok(expires > Date.now() && expires <= Date.now() + 600_000);
  const other = randomUUID();
  for (const bad of [
    one.link.url.replace(/expires=\d+/, `expires=${expires / 1_000 + 1}`),
    one.link.url.replace(one.id, other),
    `${one.link.url}x`,
    one.link.url.replace(/signature=../, 'signature='),
  ]) {
    const { status } = await fetched(bad);
    assert.equal(status, 403, bad);
  }
  assert.equal((await fetched(one.link.url.replace(/\?.*/, ''))).status, 400);
});

it('nothing is recorded that nobody would archive', async () => {
  const { RECORDING_DROP: _, ...without } = told;
  await assert.rejects(sessionService.start(without), /RECORDING_DROP/);
});

it('what is none of the room’s, or of no session of ours, is not touched', async () => {
  const [one, other] = [await had(), await had()];
  const event = (await livekit.records(one.id, Buffer.from('of one'))) as Json;
  const [file] = event.egressInfo.fileResults;
  const told = async (roomName: string, filename: string) =>
    await tell({ ...event, egressInfo: { roomName, fileResults: [{ ...file, filename }] } });
  const name = file.filename.replace('taught/', '');
  assert.equal(await told(other.id, file.filename), 204);
  assert.equal(await told(one.id, `${name}/../../x.mp4`), 204);
  assert.equal(await told(one.id, `taught/${one.id}-a/../../../etc/passwd`), 204);
  assert.equal(await told(randomUUID(), file.filename), 204);
  assert.equal(await told('', name), 204);
  assert.deepEqual([await stateOf(one.id), await stateOf(other.id)], [undefined, undefined]);
  assert.deepEqual(filesOf(DROP), [name]);
  rmSync(join(DROP, name));
});

it('one that is too large is not kept, nor left where it was; one that does not come is lost after a day', async () => {
  const [large, missing] = [await had(), await had()];
  await tell(await livekit.records(large.id, Buffer.alloc(5_000_001)));
  await until(async () => filesOf(DROP).length === 0 && (await stateOf(large.id)) === 'TOO_LARGE');
  await tell(await livekit.records(missing.id));
  const attempts = async () =>
    (await pool.query('SELECT attempts FROM recordings WHERE session_id = $1', [missing.id])).rows[0]
      .attempts;
  await until(async () => (await attempts()) > 0);
  assert.deepEqual((await listed(missing.seeker, missing.id))[0].state, 'COMING');
  await pool.query(
    `UPDATE recordings SET recorded_at = now() - interval '25 h', due_at = now() WHERE session_id = $1`,
    [missing.id],
  );
  await isIn(missing.id, 'LOST');
  const [one] = await listed(large.seeker, large.id);
  assert.deepEqual([one.state, one.bytes, one.link], ['TOO_LARGE', null, null]);
});

it('goes with the account of either of both, whatever has become of it, and only then that is said to be done', async () => {
  const { seeker, provider, id } = await had();
  await tell(await livekit.records(id, Buffer.from('first')));
  await isIn(id, 'KEPT');
  const [{ id: first, link }] = await listed(provider, id);
  await tell(await livekit.records(id, undefined, { at: 'T130000' }));
  const { awaited } = await erased(seeker);
  assert.deepEqual(awaited, { recordings: 2 });
  const done = await until(async () => {
    const said = await erased(seeker);
    return Object.keys(said.awaited).length === 0 && said;
  });
  assert.equal(done.erased.recordings, 2);
  assert.deepEqual(await listed(provider, id), []);
  assert.ok(!filesOf(ARCHIVE).includes(first));
  assert.equal((await fetched(link.url)).status, 404);
  // What is told of afterwards goes as soon as it has come.
  await tell(await livekit.records(id, Buffer.from('late'), { at: 'T140000' }));
  await isIn(id, 'ERASED');
  assert.deepEqual(filesOf(DROP), []);
  assert.deepEqual((await listed(provider, id))[0].link, null);
});

it('while the monolith writes sessions nothing is taken in, and what is here goes in its time', async (t) => {
  const [here, coming] = [await had(), await had()];
  await tell(await livekit.records(here.id, Buffer.from('here')));
  await isIn(here.id, 'KEPT');
  const share = async (of: number) =>
    await pool.query(
      `INSERT INTO banyan.shares VALUES ('session', $1) ON CONFLICT (service) DO UPDATE SET share = excluded.share`,
      [of],
    );
  t.after(async () => await pool.query('DROP SCHEMA banyan CASCADE'));
  await pool.query(
    `CREATE SCHEMA banyan; CREATE TABLE banyan.shares (service text PRIMARY KEY, share int);
     INSERT INTO banyan.shares VALUES ('session', 9900)`,
  );
  await tell(await livekit.records(coming.id, Buffer.from('coming')));
  await pool.query('UPDATE recordings SET due_at = now() WHERE session_id = $1', [here.id]);
  // It came later than the other one, which is passed over.
  await isIn(here.id, 'ERASED');
  const { rows } = await pool.query('SELECT state, attempts FROM recordings WHERE session_id = $1', [
    coming.id,
  ]);
  assert.deepEqual(rows, [{ state: 'COMING', attempts: 0 }]);
  await share(10_000);
  await isIn(coming.id, 'KEPT');
});

it('ends in the archive alone, once, and nowhere when its time is over, wherever its process is killed', {
  timeout: 120_000,
}, async () => {
  await holdUp();
  const { seeker, id } = await had();
  const content = randomBytes(300_000);
  const event = await livekit.records(id, content);
  const { rows: before } = await pool.query('SELECT count(*)::int AS count FROM recordings');
  const others = new Set(filesOf(ARCHIVE));
  await killedAt('COMING', 'before', async () => await tell(event));
  await killedAt('COMING', 'after');
  await killedAt('ARCHIVED', 'before');
  assert.equal(await stateOf(id), 'ARCHIVED');
  await killedAt('ARCHIVED', 'after');
  assert.deepEqual(filesOf(DROP), []);
  await start();
  await tell(event);
  await isIn(id, 'KEPT');
  const [one] = await listed(seeker, id);
  assert.deepEqual(archived(one.id), content);
  assert.deepEqual(
    filesOf(ARCHIVE).filter((name) => !others.has(name)),
    [one.id],
  );
  const { rows: now } = await pool.query('SELECT count(*)::int AS count FROM recordings');
  assert.equal(now[0].count, before[0].count + 1);

  // Its time is over.
  const isOver = async () =>
    await pool.query('UPDATE recordings SET due_at = now(), kept_until = now() WHERE session_id = $1', [id]);
  await killedAt('KEPT', 'before', isOver);
  assert.deepEqual(archived(one.id), content);
  await killedAt('KEPT', 'after');
  await start();
  await isIn(id, 'ERASED');
  assert.ok(!filesOf(ARCHIVE).includes(one.id));

  // And one that is to be erased while it comes.
  await tell(await livekit.records(id, content, { at: 'T130000' }));
  const states = async () =>
    (await pool.query('SELECT state FROM recordings WHERE session_id = $1 ORDER BY recorded_at', [id])).rows
      .map(({ state }) => state)
      .join();
  await until(async () => (await states()) === 'ERASED,KEPT');
  await killedAt(
    'ERASING',
    'before',
    async () =>
      await pool.query(
        `UPDATE recordings SET state = 'ERASING', due_at = now() WHERE state = 'KEPT' AND session_id = $1`,
        [id],
      ),
  );
  await killedAt('ERASING', 'after');
  await start();
  await until(async () => (await states()) === 'ERASED,ERASED');
  assert.deepEqual(
    filesOf(ARCHIVE).filter((name) => !others.has(name)),
    [],
  );
});

const LOCK = 7;

/** Has what is done with recordings in a state wait, where `held_up` says so: before it is done, or after it and before that is on record. */
async function holdUp(): Promise<void> {
  await pool.query(
    `CREATE TABLE held_up (state text, point text);
     CREATE FUNCTION hold_up() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       IF EXISTS (SELECT FROM held_up WHERE state = OLD.state AND point =
         CASE WHEN NEW.state <> OLD.state THEN 'after' WHEN NEW.leased_until IS NOT NULL THEN 'before' END)
       THEN PERFORM pg_advisory_xact_lock(${LOCK});
       END IF;
       RETURN NEW;
     END $$;
     CREATE TRIGGER hold_up BEFORE UPDATE ON recordings FOR EACH ROW EXECUTE FUNCTION hold_up()`,
  );
}

/** Starts a process, if there is none, has it wait there, and kills it. */
async function killedAt(
  state: string,
  point: 'before' | 'after',
  meanwhile?: () => Promise<unknown>,
): Promise<void> {
  const holder = await pool.connect();
  try {
    await holder.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await pool.query('INSERT INTO held_up VALUES ($1, $2)', [state, point]);
    if (!meanwhile) await start();
    await meanwhile?.();
    const waiting = async () =>
      (
        await pool.query(
          `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
          [LOCK],
        )
      ).rows[0]?.pid;
    const pid = await until(waiting, { what: `${point} ${state}` });
    await killed();
    await pool.query('SELECT pg_terminate_backend($1)', [pid]);
    await until(async () => (await waiting()) === undefined);
    await pool.query('DELETE FROM held_up; UPDATE recordings SET leased_until = NULL');
  } finally {
    await holder.query('SELECT pg_advisory_unlock($1)', [LOCK]);
    holder.release();
  }
}
