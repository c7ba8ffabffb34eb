import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RecentMap } from './recent-map.ts';

test('it never holds more than its bound, and never gives back what was not put in', () => {
  const entry = fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), weight: fc.nat(8) });
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const map = new RecentMap<number>(10, (_key, weight) => weight);
      const last = new Map<string, number>();
      for (const { key, weight } of entries) {
        map.set(key, weight);
        last.set(key, weight);
        let held = 0;
        for (const [known, value] of last) {
          const found = map.get(known);
          assert.ok(found === undefined || found === value, `${known} was ${value}`);
          held += found ?? 0;
        }
        assert.ok(held <= 10, `${held}`);
      }
    }),
  );
});

test('what is asked for stays, what nobody asks for goes', () => {
  const map = new RecentMap<number>(100);
  map.set('kept', 1);
  for (let i = 0; i < 1_000; i++) {
    map.set(`passing ${i}`, i);
    assert.equal(map.get('kept'), 1);
  }
  assert.equal(map.get('passing 0'), undefined);
});
