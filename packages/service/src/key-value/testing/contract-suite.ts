import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type KeyValueStore, LONGEST_KEY } from '../store.ts';

/** How a store of values behaves, whatever is behind it. `open` gives one more that shares its values with those before. */
export function keyValueSuite(name: string, open: () => Promise<KeyValueStore>): void {
  describe(`values in ${name}`, () => {
    let store: KeyValueStore;
    let count = 0;
    /** That no other test, and no other run, knows. */
    const aKey = () => `${process.pid}:${Date.now()}:${++count}`;
    const LONG = { ttlMs: 60_000 };
    const SHORT = { ttlMs: 30 };

    before(async () => {
      store = await open();
    });
    after(async () => await store?.close());

    /** Resolves when its time is over. */
    async function gone(key: string): Promise<void> {
      while ((await store.get(key)) !== undefined) await delay(5);
    }

    it('are there until they are changed or deleted, and none is there before', async () => {
      const key = aKey();
      assert.equal(await store.get(key), undefined);
      for (const value of ['one', '', 'Grüße 🙂\n{"a":1}', 'x'.repeat(100_000)]) {
        await store.set(key, value, LONG);
        assert.equal(await store.get(key), value);
      }
      await store.delete(key);
      assert.equal(await store.get(key), undefined);
      await store.delete(key);
    });

    it('are gone when their time is over, and a new value has a new time', async () => {
      const key = aKey();
      await store.set(key, 'one', SHORT);
      await gone(key);
      assert.equal(await store.compareAndSet(key, 'one', 'two', LONG), false);
      assert.equal(await store.compareAndSet(key, undefined, 'two', LONG), true);
      assert.equal(await store.get(key), 'two');
    });

    it('are set only where they are what is expected', async () => {
      const key = aKey();
      assert.equal(await store.compareAndSet(key, 'one', 'two', LONG), false);
      assert.equal(await store.compareAndSet(key, undefined, 'one', LONG), true);
      assert.equal(await store.compareAndSet(key, undefined, 'two', LONG), false);
      assert.equal(await store.compareAndSet(key, 'two', 'three', LONG), false);
      assert.equal(await store.compareAndSet(key, 'one', 'two', LONG), true);
      assert.equal(await store.get(key), 'two');
    });

    it('of several who expect the same, one sets it', async () => {
      const key = aKey();
      for (const round of [1, 2]) {
        const expected = await store.get(key);
        const setting = Array.from({ length: 8 }, (_, n) =>
          store.compareAndSet(key, expected, `in round ${round} by ${n}`, LONG),
        );
        assert.equal((await Promise.all(setting)).filter(Boolean).length, 1);
      }
    });

    it('count, each number once, however many count at the same time', async () => {
      const key = aKey();
      const counted = await Promise.all(Array.from({ length: 20 }, () => store.increment(key, LONG)));
      assert.deepEqual(
        counted.toSorted((a, b) => a - b),
        Array.from({ length: 20 }, (_, index) => index + 1),
      );
      assert.equal(await store.get(key), '20');
    });

    it('count from the beginning when the time of the first is over, however often it was counted meanwhile', async () => {
      const key = aKey();
      await store.increment(key, SHORT);
      await store.increment(key, LONG);
      await gone(key);
      assert.equal(await store.increment(key, LONG), 1);
    });

    it('are refused where one of the stores could not keep them', async () => {
      for (const key of ['', 'a\0b', 'x'.repeat(LONGEST_KEY + 1), '\ud800'])
        await assert.rejects(store.get(key), RangeError);
      await assert.rejects(store.set(aKey(), 'a\0b', LONG), RangeError);
      for (const ttlMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
        await assert.rejects(store.set(aKey(), 'one', { ttlMs }), RangeError);
    });
  });
}
