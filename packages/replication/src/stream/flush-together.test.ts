import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flushTogether } from './flush-together.ts';

/** A session that notes who asked it for a flush. */
function session(server: string | undefined, openedAt: number, failure?: Error) {
  const flushes: string[] = [];
  return {
    server,
    openedAt,
    flushes,
    flush: async (link: string) => {
      flushes.push(link);
      if (failure) throw failure;
    },
  };
}

test('links that ask at the same moment have one flush for each server', async () => {
  const [a, b, other, unknown] = [
    session('one', 10),
    session('one', 5),
    session('two', 1),
    session(undefined, 1),
  ];
  await Promise.all([
    flushTogether(a, 'a', 20),
    flushTogether(b, 'b', 30),
    flushTogether(other, 'other', 20),
    flushTogether(unknown, 'unknown', 20),
  ]);
  assert.deepEqual(
    [a.flushes, b.flushes, other.flushes, unknown.flushes],
    [[], ['b'], ['other'], ['unknown']],
  );
});

test('what was committed before the session that flushes was opened is flushed by its own: the server may have crashed between', async () => {
  // Of `b` a batch is older than its session: one that it has begun anew.
  const [a, b] = [session('one', 10), session('one', 15)];
  await Promise.all([flushTogether(a, 'a', 20), flushTogether(b, 'b', 9)]);
  assert.deepEqual([a.flushes, b.flushes], [['a'], ['b']]);
});

test('a session that hangs holds up nobody for long', async () => {
  const [a, b] = [session('one', 1), session('one', 2)];
  a.flush = () => new Promise(() => {});
  void flushTogether(a, 'a', 20);
  await flushTogether(b, 'b', 20);
  assert.deepEqual(b.flushes, ['b']);
});

test('whoever fails, the others flush by themselves', async () => {
  const gone = new Error('gone');
  const [a, b, c] = [session('one', 1, gone), session('one', 2), session('one', 3, gone)];
  const asked = [flushTogether(a, 'a', 20), flushTogether(b, 'b', 20), flushTogether(c, 'c', 20)];
  assert.deepEqual(
    (await Promise.allSettled(asked)).map(({ status }) => status),
    ['rejected', 'fulfilled', 'rejected'],
  );
  assert.deepEqual([a.flushes, b.flushes, c.flushes], [['a'], ['b'], ['c']]);
});
