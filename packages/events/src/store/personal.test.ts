import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import { Type } from 'typebox';
import { type Decider, handle, load } from './decider/decider.ts';
import { createEventStore, type EventStore } from './store.ts';
import { FORGOTTEN } from './types.ts';

const masterKeys = { current: 'a', keys: { a: randomBytes(32).toString('base64') } };
const types = {
  Registered: {
    version: 1,
    data: Type.Object({
      userId: Type.String(),
      email: Type.String({ personal: true }),
      address: Type.Optional(Type.Object({ city: Type.String() }, { personal: true })),
    }),
  },
};

let pool: pg.Pool;
let store: EventStore;
let other: EventStore;

before(async () => {
  pool = createPool(await (await testServer()).database('personal'));
  store = await createEventStore({ pool, types, masterKeys });
  other = await createEventStore({ pool, types, masterKeys });
});
after(() => pool.end());

const registered = (userId: string) => ({
  type: 'Registered' as const,
  data: { userId, email: `${userId}@example.org`, address: { city: 'Bern' } },
  subject: userId,
});
const none = { expectedVersion: 'none' } as const;

test('personal fields are encrypted in the table and open again for readers, in any process', async () => {
  await store.append('user-1', [registered('u1')], none);
  await store.append(
    'user-1',
    [{ type: 'Noted', data: { text: 'shy', n: 1 }, subject: 'u1', personal: ['text'] }],
    {
      expectedVersion: 1,
    },
  );
  const { rows } = await pool.query("SELECT data::text FROM banyan_events.events WHERE stream = 'user-1'");
  for (const { data } of rows) assert.doesNotMatch(data, /example\.org|Bern|shy/);
  const events = await other.readStream('user-1');
  assert.deepEqual(events[0]!.data, registered('u1').data);
  assert.deepEqual(events[0]!.personal, ['email', 'address']);
  assert.deepEqual(events[1]!.data, { text: 'shy', n: 1 });
});

test('a subject that is forgotten can be read by nobody from the commit on; the rest stays, and the store says so', async () => {
  await store.append('user-2', [registered('u2')], none);
  await store.append('user-3', [registered('u3')], none);
  assert.equal((await other.readStream('user-2'))[0]!.forgotten, undefined);
  assert.equal(await store.forget('u2', { actor: 'dpo' }), true);
  for (const reader of [store, other]) {
    const [event] = await reader.readStream('user-2');
    assert.deepEqual(event!.data, { userId: 'u2', email: FORGOTTEN, address: FORGOTTEN });
    assert.deepEqual(event!.forgotten, ['email', 'address']);
    assert.deepEqual((await reader.readStream('user-3'))[0]!.data, registered('u3').data);
  }
  const [told] = await store.readStream('subject-u2');
  assert.deepEqual([told!.type, told!.data, told!.actor], ['SubjectForgotten', { subject: 'u2' }, 'dpo']);
  assert.equal(await store.forget('u2'), false);
});

test('one who comes back gets another key, which does not open what was before', async () => {
  await store.append('user-4', [registered('u4')], none);
  await store.forget('u4');
  await store.append('user-4', [registered('u4')], { expectedVersion: 1 });
  const [old, fresh] = await store.readStream('user-4');
  assert.equal((old!.data as { email: string }).email, FORGOTTEN);
  assert.deepEqual(fresh!.data, registered('u4').data);
});

type Profile = { emails: string[] };
const profile: Decider<Profile, string, { type: 'Registered'; data: { email: string } }> = {
  name: 'profile',
  initialState: () => ({ emails: [] }),
  decide: (userId) => registered(userId),
  evolve: ({ emails }, { data }) => ({ emails: [...emails, data.email] }),
  snapshotEvery: 1,
};

test('a snapshot goes with the key of anyone in it, and none is kept by one who read before', async () => {
  await handle(store, profile, 'list', 'u5');
  await handle(store, profile, 'list', 'u6');
  await handle(store, profile, 'list', 'u6');
  const key = { stream: 'list', decider: 'profile', deciderVersion: 1 };
  assert.deepEqual((await store.snapshots.load(key))?.subjects, ['u5', 'u6']);
  const slow = (await store.snapshots.load(key))!;
  await store.forget('u5');
  assert.equal(await store.snapshots.load(key), undefined);
  await store.snapshots.save(key, slow);
  assert.equal(await store.snapshots.load(key), undefined, 'the state that a slow process still held');
  assert.deepEqual((await load(store, profile, 'list')).state.emails, [
    FORGOTTEN,
    'u6@example.org',
    'u6@example.org',
  ]);
});

test('a master key is changed by wrapping the keys anew; without it nothing opens', async () => {
  await store.append('user-7', [registered('u7')], none);
  const b = randomBytes(32).toString('base64');
  const rotating = await createEventStore({
    pool,
    types,
    masterKeys: { current: 'b', keys: { ...masterKeys.keys, b } },
  });
  assert.ok((await rotating.rewrapKeys()) >= 1);
  const rotated = await createEventStore({ pool, types, masterKeys: { current: 'b', keys: { b } } });
  assert.deepEqual((await rotated.readStream('user-7'))[0]!.data, registered('u7').data);
  await assert.rejects(store.readStream('user-7'), { code: 'MASTER_KEY_MISSING' });
  store = other = rotated;
});

test('an encrypted field that was altered or moved to another event is an error, not a forgotten one', async () => {
  await store.append('user-8', [registered('u8')], none);
  await pool.query(`
    INSERT INTO banyan_events.events (id, version, type_version, stream, type, subject, personal, data)
    SELECT gen_random_uuid(), 2, 1, stream, type, subject, personal, data FROM banyan_events.events WHERE stream = 'user-8'`);
  await assert.rejects(store.readStream('user-8'), { code: 'SEALED_DATA_CORRUPT' });
});

test('personal fields need a subject and a master key', async () => {
  const { subject: _, ...nobody } = registered('u9');
  await assert.rejects(store.append('user-9', [nobody], none), { code: 'SUBJECT_MISSING' });
  const keyless = await createEventStore({ pool, types });
  await assert.rejects(keyless.append('user-9', [registered('u9')], none), { code: 'MASTER_KEY_MISSING' });
  const short = { current: 'a', keys: { a: 'c2hvcnQ=' } };
  await assert.rejects(createEventStore({ pool, masterKeys: short }), /32 bytes/);
});
