import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Places } from './places.ts';

describe('places', () => {
  test('are never more than there are, in all and of one client, whatever happens', () => {
    const step = fc.record({
      what: fc.constantFrom('arrive', 'leave', 'withdraw', 'expire'),
      client: fc.constantFrom('a', 'b', 'c'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const places = new Places<string>(4, 2);
        const running: string[] = [];
        let waiting = 0;
        steps.forEach(({ what, client }, now) => {
          if (what === 'arrive') {
            if (places.take(client)) running.push(client);
            else if (places.wait(client, client, now)) waiting++;
          }
          const at = running.indexOf(client);
          if (what === 'leave' && at !== -1) {
            running.splice(at, 1);
            places.release(client);
            for (let next = places.next(); next !== null; next = places.next()) {
              running.push(next);
              waiting--;
            }
          }
          if (what === 'withdraw' && places.withdraw(client, (item) => item === client)) waiting--;
          if (what === 'expire') waiting -= places.expire(now - 20).length;
          assert.ok(running.length <= 4);
          for (const name of ['a', 'b', 'c']) {
            const taken = running.filter((other) => other === name).length;
            assert.ok(taken <= 2);
            assert.equal(places.takenBy(name), taken);
          }
          assert.equal(places.waiting, waiting);
          assert.ok(waiting === 0 || running.length > 0, 'nobody waits for places that nobody has');
        });
      }),
    );
  });

  test('clients take turns: one who asks a thousand times delays another by one', () => {
    const places = new Places<string>(1, 1);
    assert.ok(places.take('greedy'));
    for (let i = 0; i < 500; i++) places.wait('greedy', `greedy ${i}`, 0);
    places.wait('modest', 'modest', 1);
    const turns: (string | null)[] = [];
    for (let i = 0; i < 3; i++) {
      places.release(turns.at(-1) === 'modest' ? 'modest' : 'greedy');
      turns.push(places.next());
    }
    assert.deepEqual(turns, ['greedy 0', 'modest', 'greedy 1']);
  });

  test('so many may wait, then no more', () => {
    const places = new Places<number>(1, 1);
    places.take('a');
    let waiting = 0;
    while (places.wait('a', waiting, 0)) waiting++;
    assert.equal(waiting, 512);
    assert.ok(places.wait('b', 0, 0), 'another client may');
  });
});
