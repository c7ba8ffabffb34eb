import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Fence, Route } from '../control/route-table.ts';
import { choose } from './choose.ts';
import { type InFlight, WriteHolds } from './write-holds.ts';

/**
 * A model of the fenced step: one database row per fence, one controller, a worker with its holds, two backends.
 * fast-check interleaves what the parts do in any order; after each step the invariants of docs/architecture.md are
 * checked: a key's writes run on one side only, and the side changes only in a commit.
 */
class World {
  share = 0;
  fence: (Fence & { state: 'holding' | 'committed' | 'aborted'; acked: boolean; deadline: number }) | null =
    null;
  readonly decided = new Map<string, 'committed' | 'aborted'>();
  clock = 0;
  away = false;
  nextId = 1;
  /** What the worker has loaded. */
  workerShare = 0;
  readonly timers = new Map<number, { at: number; callback: () => void }>();
  nextTimer = 1;
  readonly holds: WriteHolds;
  readonly running: { request: InFlight; key: number | null; side: string; done: boolean }[] = [];
  held = 0;
  violation = '';

  constructor() {
    this.holds = new WriteHolds({
      source: {
        ackFence: async (id) => {
          this.reachable();
          if (this.fence?.id !== id) return;
          for (const run of this.running) {
            // Not asserted here: the gate takes a rejection for an outage.
            if (!run.done && this.moves(run.key))
              this.violation = 'acknowledged with a changing write in flight';
          }
          this.fence.acked = true;
        },
        abortFence: async (id) => {
          this.reachable();
          const old = this.decided.get(id);
          if (old) return old;
          assert.ok(this.fence?.id === id);
          if (this.fence.state === 'holding') {
            this.fence.state = 'aborted';
            seen.abortedByWorker++;
          }
          return this.fence.state as 'aborted' | 'committed';
        },
      },
      reload: () => this.load(),
      now: () => this.clock,
      after: (ms, callback) => {
        const id = this.nextTimer++;
        this.timers.set(id, { at: this.clock + ms, callback });
        return () => this.timers.delete(id);
      },
    });
    this.holds.lease(Number.POSITIVE_INFINITY);
  }

  reachable(): void {
    if (this.away) throw new Error('away');
  }

  moves(key: number | null): boolean {
    if (!this.fence) return false;
    const { fromShare, toShare } = this.fence;
    return (side(key, fromShare) === side(key, toShare)) === false;
  }

  async load(): Promise<void> {
    this.reachable();
    this.workerShare = this.share;
    this.holds.apply(
      this.fence?.state === 'holding'
        ? [{ ...this.fence, remainingMs: this.fence.deadline - this.clock }]
        : [],
    );
  }

  open(toShare: number, limitMs: number): void {
    if (this.fence?.state === 'holding' || toShare === this.share) return;
    if (this.fence) this.decided.set(this.fence.id, this.fence.state as 'committed' | 'aborted');
    this.fence = {
      id: String(this.nextId++),
      service: 'users',
      fromShare: this.share,
      toShare,
      remainingMs: limitMs,
      deadline: this.clock + limitMs,
      state: 'holding',
      acked: false,
    };
  }

  commit(): void {
    const { fence } = this;
    // Later than the deadline too: only the row decides, whatever clocks say.
    if (fence?.state !== 'holding' || !fence.acked) return;
    // Everything the old side ran is there: no changing write may be running, here or later on the old side.
    for (const run of this.running)
      assert.ok(run.done || !this.moves(run.key), 'committed over a write in flight');
    fence.state = 'committed';
    seen.committed++;
    this.share = fence.toShare;
  }

  abort(): void {
    if (this.fence?.state === 'holding') this.fence.state = 'aborted';
  }

  write(key: number | null, since = this.clock): void {
    const service = {
      upstream: { instances: [], health: null, timeoutMs: 1 },
      share: this.workerShare,
      salt: '',
    };
    const attributes = {
      safe: false,
      key,
      keyText: null,
      unclear: false,
      sticky: null,
      override: null,
      pinned: null,
    };
    const decision = choose(ROUTE, service, attributes, this.holds.fences, this.holds.leased);
    if (decision.hold) {
      this.held++;
      seen.held++;
      const resume = () => {
        this.held--;
        this.write(key, since);
      };
      const expire = () => {
        this.held--;
        seen.expired++;
      };
      assert.ok(this.holds.hold({ resume, expire }, since, HOLD_MS));
      return;
    }
    // Invariant 1: it runs where the database says its key is, or its side is not being changed by anyone.
    assert.equal(decision.side, side(key, this.share), 'a write ran on the wrong side');
    this.running.push({ request: this.holds.enter('users', key), key, side: decision.side, done: false });
  }

  end(index: number): void {
    const run = this.running[index % Math.max(1, this.running.length)];
    if (!run || run.done) return;
    run.done = true;
    this.holds.leave(run.request);
  }

  async pass(ms: number): Promise<void> {
    const until = this.clock + ms;
    for (;;) {
      const next = [...this.timers].sort(([, a], [, b]) => a.at - b.at)[0];
      if (!next || next[1].at > until) break;
      this.clock = Math.max(this.clock, next[1].at);
      this.timers.delete(next[0]);
      next[1].callback();
      await turn();
    }
    this.clock = until;
  }
}

/** What the runs have come across: a model that never commits proves nothing. */
const seen = { committed: 0, held: 0, expired: 0, abortedByWorker: 0 };
const HOLD_MS = 200;
const ROUTE: Route = {
  id: 'r',
  method: '*',
  path: '/',
  service: 'users',
  key: { from: 'none' },
  mode: 'hybrid',
  onMonolith: true,
  auth: 'none',
  shadow: false,
  unsafeFallback: 'never',
  settle: { monolith: [], service: [] },
};

const side = (key: number | null, share: number) =>
  (key === null ? share >= 10_000 : key < share) ? 'service' : 'monolith';
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

const key = fc.option(fc.integer({ min: 0, max: 9_999 }), { freq: 4 });
const action = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('write' as const), key }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('end' as const), index: fc.nat(20) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('open' as const),
      share: fc.constantFrom(0, 100, 5_000, 10_000),
      limit: fc.constantFrom(50, 300),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('load' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('commit' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('abort' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(10, 60, 400) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('away' as const), away: fc.boolean() }) },
);

test('whatever the order of holds, acks, commits, aborts, deadlines and outages, a key is written on one side', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 10, maxLength: 80, size: 'max' }), async (actions) => {
      const world = new World();
      for (const step of actions) {
        if (step.do === 'write') world.write(step.key);
        if (step.do === 'end') world.end(step.index);
        if (step.do === 'open') {
          world.open(step.share, step.limit);
        }
        if (step.do === 'load') await world.load().catch(() => {});
        if (step.do === 'commit') world.commit();
        if (step.do === 'abort') world.abort();
        if (step.do === 'pass') await world.pass(step.ms);
        if (step.do === 'away') world.away = step.away;
        await turn();
        assert.equal(world.violation, '');
      }
      // In the end nothing stays held: the database comes back, the worker loads, or the hold runs out.
      world.away = false;
      world.abort();
      await world.load();
      await turn();
      await world.pass(HOLD_MS);
      assert.equal(world.held, 0);
      world.holds.stop();
      assert.equal(world.timers.size, 0);
    }),
    { numRuns: 500 },
  );
  for (const [what, times] of Object.entries(seen)) assert.ok(times > 20, `${what}: ${times}`);
});

function gateOf() {
  const acks: string[] = [];
  const timers: (() => void)[] = [];
  const holds = new WriteHolds({
    source: {
      ackFence: async (id) => {
        acks.push(id);
      },
      abortFence: async () => 'aborted',
    },
    reload: async () => {},
    now: () => 0,
    after: (_ms, callback) => {
      timers.push(callback);
      return () => timers.splice(timers.indexOf(callback), 1);
    },
    maxHeld: 2,
  });
  holds.lease(1);
  return { holds, acks, timers };
}
const fence: Fence = { id: 'f', service: 'users', fromShare: 0, toShare: 5_000, remainingMs: 100 };

test('acknowledges at once when nothing that changes is in flight, else after the last has ended', async () => {
  const { holds, acks } = gateOf();
  const [moving, staying] = [holds.enter('users', 10), holds.enter('users', 9_000)];
  holds.apply([fence]);
  await turn();
  assert.deepEqual(acks, []);
  holds.leave(moving);
  await turn();
  assert.deepEqual(acks, ['f']);
  holds.leave(staying);
  holds.apply([fence]);
  await turn();
  assert.deepEqual(acks, ['f'], 'once is enough');
});

test('a load that began before an abort does not open the fence again', async () => {
  const { holds, timers } = gateOf();
  holds.apply([fence]);
  timers[0]?.();
  await turn();
  assert.equal(holds.fences.length, 0);
  holds.apply([fence]);
  assert.equal(holds.fences.length, 0);
  holds.apply([]);
  holds.apply([{ ...fence, id: 'g' }]);
  assert.equal(holds.fences.length, 1);
});

test('more requests than allowed are not held but refused', () => {
  const { holds } = gateOf();
  const held = { resume() {}, expire() {} };
  assert.deepEqual(
    [holds.hold(held, 0, 9), holds.hold(held, 0, 9), holds.hold(held, 0, 9)],
    [true, true, false],
  );
});

test('a stopping worker expires what it holds', () => {
  const { holds } = gateOf();
  let expired = 0;
  holds.hold({ resume() {}, expire: () => expired++ }, 0, 9);
  holds.stop();
  assert.equal(expired, 1);
});
