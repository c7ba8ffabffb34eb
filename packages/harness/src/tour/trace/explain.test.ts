import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Stall } from '@banyan/service/stalls';
import { describeCauses, explain, type Records } from './explain.ts';

const SPAN = { from: 1_000, to: 2_000 };
const NOTHING: Records = { processes: new Map(), server: [], waits: [], machine: [] };

function stall(times: Partial<Stall>): Stall {
  return { from: 1_000, to: 2_000, loopMs: 950, cpuMs: 0, waitMs: 0, gcMs: 0, ...times };
}

const kinds = (records: Partial<Records>) =>
  explain(SPAN, { ...NOTHING, ...records }).map(({ kind, who }) => `${kind} ${who}`);
const processes = (...all: Array<[string, Stall]>) => new Map(all.map(([name, one]) => [name, [one]]));

it('says that the machine took the time when a process was ready and had no processor', () => {
  const [cause] = explain(SPAN, {
    ...NOTHING,
    processes: processes(['gateway', stall({ waitMs: 800, cpuMs: 100 })]),
  });
  assert.equal(cause?.text, 'the machine took the time: gateway waited 800 ms for a processor');
});

it('tells in one line of all processes that waited for a processor', () => {
  const all = processes(['gateway', stall({ waitMs: 800 })], ['users', stall({ waitMs: 500, cpuMs: 450 })]);
  assert.deepEqual(describeCauses(explain(SPAN, { ...NOTHING, processes: all })), [
    'the machine took the time: gateway waited 800 ms for a processor, users 500 ms',
    'users worked for 450 ms without a pause',
  ]);
});

it('tells work, garbage and a blocked process apart', () => {
  assert.deepEqual(kinds({ processes: processes(['auth', stall({ cpuMs: 900 })]) }), ['busy auth']);
  assert.deepEqual(kinds({ processes: processes(['auth', stall({ cpuMs: 900, gcMs: 850 })]) }), ['gc auth']);
  assert.deepEqual(kinds({ processes: processes(['auth', stall({})]) }), ['blocked auth']);
});

it('sees that it was nobody of ours when all processes stood at once', () => {
  const all = processes(['a', stall({})], ['b', stall({})], ['c', stall({})], ['d', stall({})]);
  assert.ok(kinds({ processes: all }).includes('stood machine'));
  const some = processes(['a', stall({})], ['b', stall({ loopMs: 0 })], ['c', stall({ loopMs: 0 })]);
  assert.ok(!kinds({ processes: some }).includes('stood machine'));
});

it('counts only what falls within the span, and leaves out what is too short to explain it', () => {
  const early = stall({ from: 0, to: 1_100, waitMs: 1_000, loopMs: 1_000 });
  assert.deepEqual(kinds({ processes: processes(['auth', early]) }), []);
  const server = [
    { kind: 'statement' as const, who: 'auth', what: 'COMMIT', ms: 150, from: 1_100, to: 1_250 },
  ];
  assert.deepEqual(kinds({ server }), []);
});

it('names the sync of a checkpoint, a lock with its holder, and what sessions waited for', () => {
  const server = [
    {
      kind: 'checkpoint' as const,
      who: 'checkpointer',
      what: 'checkpoint sync',
      ms: 700,
      from: 900,
      to: 1_900,
    },
    {
      kind: 'lock' as const,
      who: 'monolith',
      what: 'ShareLock on relation 1, held by banyan-applier',
      ms: 600,
      from: 1_000,
      to: 1_600,
    },
  ];
  const waits = [1_100, 1_300, 1_500].map((at) => ({ at, waits: { 'IO:WalSync': 4, running: 1 } }));
  assert.deepEqual(kinds({ server, waits }), [
    'session-wait postgres',
    'checkpoint checkpointer',
    'lock monolith',
  ]);
});

it('says nothing where nothing was recorded', () => {
  assert.deepEqual(kinds({}), []);
  assert.deepEqual(kinds({ processes: processes(['auth', stall({ loopMs: 0 })]) }), []);
});
