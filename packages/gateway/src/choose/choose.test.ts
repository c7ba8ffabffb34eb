import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Fence, Mode, Route, ServiceState } from '../control/route-table.ts';
import { changes, choose, isBehind, isMoving, type RequestAttributes } from './choose.ts';

const route = (more: Partial<Route> = {}): Route => ({
  id: 'r',
  method: '*',
  path: '/r',
  service: 'users',
  key: { from: 'token', claim: 'sub' },
  mode: 'hybrid',
  onMonolith: true,
  auth: 'required',
  shadow: false,
  unsafeFallback: 'never',
  settle: { monolith: [], service: [] },
  ...more,
});
const service = (share: number): ServiceState => ({
  upstream: { instances: [], health: null, timeoutMs: 1 },
  share,
  salt: 'users',
});
const attributes = (more: Partial<RequestAttributes> = {}): RequestAttributes => ({
  safe: true,
  key: null,
  keyText: null,
  unclear: false,
  sticky: null,
  override: null,
  pinned: null,
  ...more,
});
const fence = (fromShare: number, toShare: number): Fence => ({
  id: 'f',
  service: 'users',
  fromShare,
  toShare,
  remainingMs: 1_000,
});

const share = fc.integer({ min: 0, max: 10_000 });
const bucket = fc.integer({ min: 0, max: 9_999 });
const side = fc.constantFrom('monolith' as const, 'service' as const);
const anyFacts: fc.Arbitrary<RequestAttributes> = fc.record({
  safe: fc.boolean(),
  key: fc.option(bucket),
  keyText: fc.constant(null),
  unclear: fc.boolean(),
  sticky: fc.option(bucket),
  override: fc.option(side),
  pinned: fc.option(side),
});
const anyRoute = fc
  .record({
    mode: fc.constantFrom<Mode>('monolith', 'hybrid', 'migrated'),
    onMonolith: fc.boolean(),
    shadow: fc.boolean(),
    unsafeFallback: fc.constantFrom('not-run' as const, 'never' as const),
  })
  .map(route);
const decide = (r: Route, s: number, f: RequestAttributes, fences: Fence[] = [], leased = true) =>
  choose(r, service(s), f, fences, leased);

describe('side', () => {
  test('reads and writes of one key go to the same side, whoever asks', () => {
    fc.assert(
      fc.property(share, bucket, fc.option(bucket), (s, key, sticky) => {
        const read = decide(route(), s, attributes({ key, sticky }));
        const write = decide(route(), s, attributes({ key, sticky, safe: false }));
        assert.equal(read.side, write.side);
      }),
    );
  });

  test('a growing share never moves a key back', () => {
    fc.assert(
      fc.property(share, share, anyFacts, (a, b, f) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const before = decide(route(), low, f).side;
        const after = decide(route(), high, f).side;
        assert.ok(!(before === 'service' && after === 'monolith'));
      }),
    );
  });

  test('at 0 every key is on the monolith, at 100 % on the service', () => {
    fc.assert(
      fc.property(bucket, fc.boolean(), (key, safe) => {
        assert.equal(decide(route(), 0, attributes({ key, safe })).side, 'monolith');
        assert.equal(decide(route(), 10_000, attributes({ key, safe })).side, 'service');
      }),
    );
  });

  test('a write goes to the side of its key whatever a tester or a pin says', () => {
    fc.assert(
      fc.property(anyRoute, share, anyFacts, (r, s, f) => {
        const plain = decide(r, s, { ...f, safe: false, override: null, pinned: null });
        assert.equal(decide(r, s, { ...f, safe: false }).side, plain.side);
      }),
    );
  });

  test('a write without a key goes to the monolith below 100 %, to the service from then on', () => {
    assert.equal(decide(route(), 9_999, attributes({ safe: false, sticky: 0 })).side, 'monolith');
    assert.equal(decide(route(), 10_000, attributes({ safe: false })).side, 'service');
  });

  test('a read without a key follows whoever asks, and the monolith when nobody is known', () => {
    assert.equal(decide(route(), 500, attributes({ sticky: 499 })).side, 'service');
    assert.equal(decide(route(), 500, attributes({ sticky: 500 })).side, 'monolith');
    assert.equal(decide(route(), 9_999, attributes()).side, 'monolith');
    assert.equal(decide(route(), 10_000, attributes()).side, 'service');
  });

  test('a pin keeps the reads of who has just written on the side of the write', () => {
    assert.equal(decide(route(), 500, attributes({ sticky: 0, pinned: 'monolith' })).side, 'monolith');
    assert.equal(decide(route(), 500, attributes({ pinned: 'service' })).side, 'service');
  });

  test('a read that the monolith has not got stays at the service, and may lack what was written there', () => {
    const alone = route({ onMonolith: false });
    const pinned = attributes({ key: 0, sticky: 0, pinned: 'monolith' });
    const { side, notFound } = decide(alone, 500, pinned);
    assert.deepEqual([side, notFound, isBehind(alone, pinned)], ['service', false, true]);
    assert.equal(isBehind(route(), pinned), false);
    assert.equal(isBehind(alone, attributes({ key: 0, pinned: 'service' })), false);
  });

  test('modes: monolith never asks the service, migrated never the monolith', () => {
    fc.assert(
      fc.property(share, anyFacts, (s, f) => {
        const plain = { ...f, override: null };
        assert.equal(decide(route({ mode: 'monolith' }), s, plain).side, 'monolith');
        const migrated = decide(route({ mode: 'migrated' }), s, f);
        assert.deepEqual([migrated.side, migrated.fallback, migrated.shadow], ['service', null, false]);
      }),
    );
  });

  test('an override lets a tester read from the other side', () => {
    assert.equal(
      decide(route({ mode: 'monolith' }), 0, attributes({ key: 1, override: 'service' })).side,
      'service',
    );
    assert.equal(decide(route(), 10_000, attributes({ key: 1, override: 'monolith' })).side, 'monolith');
  });

  test('what the monolith does not have is not found for keys on its side', () => {
    const only = route({ onMonolith: false });
    assert.equal(decide(only, 500, attributes({ key: 600 })).notFound, true);
    assert.equal(decide(only, 500, attributes({ key: 400 })).notFound, false);
    assert.equal(decide(only, 500, attributes()).notFound, false, 'metadata that belongs to nobody');
    assert.equal(decide(only, 500, attributes({ safe: false })).notFound, true);
    fc.assert(
      fc.property(anyRoute, share, anyFacts, (r, s, f) => {
        const decision = decide(r, s, f);
        assert.equal(decision.notFound, !r.onMonolith && decision.side === 'monolith');
      }),
    );
  });
});

describe('hold', () => {
  test('nothing is held without an open fence', () => {
    fc.assert(fc.property(anyRoute, share, anyFacts, (r, s, f) => assert.equal(decide(r, s, f).hold, null)));
  });

  test('reads are never held', () => {
    fc.assert(
      fc.property(anyRoute, share, share, anyFacts, fc.boolean(), (r, from, to, f, leased) => {
        assert.equal(decide(r, from, { ...f, safe: true }, [fence(from, to)], leased).hold, null);
      }),
    );
  });

  test('exactly the writes whose side the fence changes are held', () => {
    fc.assert(
      fc.property(share, share, fc.option(bucket), (from, to, key) => {
        const f = attributes({ key, safe: false });
        const moved = decide(route(), from, f).side !== decide(route(), to, f).side;
        assert.equal(decide(route(), from, f, [fence(from, to)]).hold, moved ? 'fence' : null);
        assert.equal(changes(fence(from, to), key), moved);
      }),
    );
  });

  test('a read is of a moving cohort exactly where the fence changes whose side answers it', () => {
    fc.assert(
      fc.property(share, share, bucket, fc.boolean(), (from, to, whose, isKey) => {
        const f = attributes(isKey ? { key: whose } : { sticky: whose });
        const moved = decide(route(), from, f).side !== decide(route(), to, f).side;
        assert.equal(isMoving(route(), f, [fence(from, to)]), moved);
      }),
    );
  });

  test('a fence of another service holds nothing here', () => {
    const other = { ...fence(0, 10_000), service: 'auth' };
    assert.equal(isMoving(route(), attributes({ key: 1 }), [other]), false);
    assert.equal(decide(route(), 0, attributes({ key: 1, safe: false }), [other]).hold, null);
  });

  test('without a lease all writes on routes of services are held, unless there is no way back any more', () => {
    fc.assert(
      fc.property(anyRoute, share, anyFacts, (r, s, f) => {
        const { hold } = decide(r, s, { ...f, safe: false }, [], false);
        assert.equal(hold, r.mode === 'migrated' ? null : 'lease');
      }),
    );
  });
});

describe('fallback and shadow', () => {
  test('only the service has a fallback, only in hybrid, only if the monolith has the endpoint', () => {
    fc.assert(
      fc.property(anyRoute, share, anyFacts, (r, s, f) => {
        const { fallback, side: chosen } = decide(r, s, f);
        if (fallback === null) return;
        assert.equal(fallback, 'monolith');
        assert.equal(chosen, 'service');
        assert.equal(r.mode, 'hybrid');
        assert.ok(r.onMonolith);
        assert.ok(f.safe || r.unsafeFallback === 'not-run');
      }),
    );
  });

  test('only safe requests are shadowed, and only where both sides have the endpoint', () => {
    fc.assert(
      fc.property(anyRoute, share, anyFacts, (r, s, f) => {
        if (decide(r, s, f).shadow) assert.ok(f.safe && r.shadow && r.onMonolith);
      }),
    );
  });
});
