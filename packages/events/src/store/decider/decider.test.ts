import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import fc from 'fast-check';
import type pg from 'pg';
import { createEventStore, type EventStore } from '../store.ts';
import { type Decider, handle, load, stateAt } from './decider.ts';
import { specify } from './given.ts';

type Account = { open: boolean; balance: number };
type Command = { kind: 'open' } | { kind: 'deposit' | 'withdraw'; amount: number };
type AccountEvent =
  | { type: 'Opened'; data: Record<string, never> }
  | { type: 'Deposited'; data: { amount: number } }
  | { type: 'Withdrawn'; data: { amount: number } };

const opened: AccountEvent = { type: 'Opened', data: {} };
const deposited = (amount: number): AccountEvent => ({ type: 'Deposited', data: { amount } });
const withdrawn = (amount: number): AccountEvent => ({ type: 'Withdrawn', data: { amount } });

const account: Decider<Account, Command, AccountEvent> = {
  name: 'account',
  initialState: () => ({ open: false, balance: 0 }),
  decide(command, { open, balance }) {
    if (command.kind === 'open') return open ? [] : opened;
    if (!open) throw new Error('not open');
    if (command.kind === 'deposit') return deposited(command.amount);
    if (command.amount > balance) throw new Error('balance too low');
    return withdrawn(command.amount);
  },
  evolve(state, { type, data }) {
    if (type === 'Opened') return { ...state, open: true };
    return { ...state, balance: state.balance + (type === 'Deposited' ? data.amount : -data.amount) };
  },
};

let pool: pg.Pool;
let store: EventStore;

before(async () => {
  pool = createPool(await (await testServer()).database('decider'));
  store = await createEventStore({ pool });
});
after(() => pool.end());

let streams = 0;
const freshStream = () => `account-${++streams}`;

test('rules are told by given, when, then, and a wrong expectation fails', () => {
  const { given } = specify(account);
  given([]).when({ kind: 'open' }).then([opened]);
  given([opened]).when({ kind: 'open' }).then([]);
  given([opened, deposited(5)])
    .when({ kind: 'withdraw', amount: 5 })
    .then([withdrawn(5)]);
  given([opened, deposited(5)])
    .when({ kind: 'withdraw', amount: 6 })
    .then(/balance too low/);
  assert.equal(given([opened, deposited(5)]).state.balance, 5);
  assert.throws(() =>
    given([opened])
      .when({ kind: 'deposit', amount: 1 })
      .then([deposited(2)]),
  );
  assert.throws(() => given([opened]).when({ kind: 'deposit', amount: 1 }).then(/low/), /expected an error/);
  assert.throws(() => given([]).when({ kind: 'deposit', amount: 1 }).then(/low/), /not open/);
});

test('a command is decided on what the stream says, and what is forbidden or changes nothing appends nothing', async () => {
  const stream = freshStream();
  await handle(store, account, stream, { kind: 'open' });
  const { state, version, position } = await handle(
    store,
    account,
    stream,
    { kind: 'deposit', amount: 3 },
    { actor: 'ann' },
  );
  assert.deepEqual({ state, version }, { state: { open: true, balance: 3 }, version: 2 });
  assert.equal((await store.readStream(stream))[1]!.position, position);
  assert.deepEqual((await handle(store, account, stream, { kind: 'open' })).events, []);
  await assert.rejects(handle(store, account, stream, { kind: 'withdraw', amount: 4 }), /too low/);
  assert.equal(await store.versionOf(stream), 2);
});

test('commands at the same time are each decided on the state that the others left: no rule is broken', async () => {
  const stream = freshStream();
  await handle(store, account, stream, { kind: 'open' });
  await handle(store, account, stream, { kind: 'deposit', amount: 5 });
  const results = await Promise.allSettled(
    Array.from({ length: 9 }, () =>
      handle(store, account, stream, { kind: 'withdraw', amount: 1 }, { attempts: 50 }),
    ),
  );
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 5);
  for (const result of results)
    if (result.status === 'rejected') assert.match(String(result.reason), /too low/);
  assert.deepEqual((await load(store, account, stream)).state, { open: true, balance: 0 });
});

test('fifty writers of one stream all get their turn, without stating anything', async () => {
  const stream = 'fifty-writers';
  await handle(store, account, stream, { kind: 'open' });
  const writers = Array.from({ length: 50 }, () =>
    handle(store, account, stream, { kind: 'deposit', amount: 1 }),
  );
  await Promise.all(writers);
  assert.equal((await load(store, account, stream)).version, 51);
});

test('one who names the version that was seen gets a conflict instead of another decision', async () => {
  const stream = freshStream();
  await handle(store, account, stream, { kind: 'open' });
  await handle(store, account, stream, { kind: 'deposit', amount: 5 });
  const stale = handle(store, account, stream, { kind: 'deposit', amount: 1 }, { expectedVersion: 1 });
  await assert.rejects(stale, { code: 'VERSION_CONFLICT' });
});

const event = fc.oneof(
  fc.constant(opened),
  fc.integer({ min: 1, max: 99 }).map(deposited),
  fc.integer({ min: 1, max: 99 }).map(withdrawn),
);

test('the state from a snapshot and what came after is the state from all events, now and at any version', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(event, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 5 }),
      fc.nat(),
      async (appends, snapshotEvery, at) => {
        const stream = freshStream();
        const fresh = { ...account, name: `all-${stream}` };
        const kept = { ...account, name: `kept-${stream}`, snapshotEvery, decide: () => opened };
        for (const events of appends) {
          await store.append(stream, events, { expectedVersion: 'any' });
          await handle(store, kept, stream, { kind: 'open' });
        }
        const all = await load(store, fresh, stream);
        assert.deepEqual(await load(store, kept, stream), all);
        const version = at % (all.version + 1);
        const then = (await store.readStream(stream, { to: version })) as unknown as AccountEvent[];
        const expected = { state: then.reduce(account.evolve, account.initialState()), version };
        assert.deepEqual(await stateAt(store, kept, stream, version), expected);
        assert.deepEqual(await stateAt(store, fresh, stream, version), expected);
      },
    ),
    { numRuns: 25 },
  );
});

test('a snapshot is used, and not by another version of the decider', async () => {
  const stream = freshStream();
  const key = { stream, decider: 'account', deciderVersion: 1 };
  await store.append(stream, [opened, deposited(1)], { expectedVersion: 'none' });
  await store.snapshots.save(key, { version: 1, state: { open: true, balance: 100 }, subjects: [] });
  assert.equal((await load(store, { ...account, snapshotEvery: 9 }, stream)).state.balance, 101);
  assert.equal((await load(store, { ...account, snapshotEvery: 9, version: 2 }, stream)).state.balance, 1);
  assert.equal((await load(store, account, stream)).state.balance, 1);
});

test('time travel: the state as it was at a time', async () => {
  const stream = freshStream();
  for (const amount of [1, 2, 3]) {
    await store.append(stream, [deposited(amount)], { expectedVersion: 'any' });
  }
  const events = await store.readStream(stream);
  assert.deepEqual((await stateAt(store, account, stream, events[1]!.at)).state.balance, 3);
  assert.deepEqual(await stateAt(store, account, stream, '2000-01-01T00:00:00Z'), {
    state: account.initialState(),
    version: 0,
  });
  assert.equal((await stateAt(store, account, stream, '9999-01-01T00:00:00Z')).version, 3);
});
