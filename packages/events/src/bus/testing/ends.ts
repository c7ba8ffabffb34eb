import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import type { Told } from './crashing-consumer.ts';
import type { ContractContext } from './harness.ts';
import { deadLetters, message } from './messages.ts';

/** What becomes of a message that ends the process of its handler. */
export function endsContract({ harness, setUp }: ContractContext): void {
  test('a message that ends its process each time is a dead letter after three of them, and the rest goes on', async (t) => {
    const { bus, group, made } = await setUp(t);
    if (bus.order !== 'per-key')
      return t.skip('a message comes again after 30 s: judged by its count of receipts');
    const all = Array.from({ length: 30 }, (_, n) => message(made, `key-${n % 10}`, { n, ends: n === 13 }));
    const handled = new Set<number>();
    let ends = 0;
    let process: ChildProcess | undefined;
    let over = false;
    const ways = ['exit', 'abort', 'memory'];
    const run = (): Promise<void> => {
      const args = [harness().url, group, made, ways[ends % ways.length]!];
      const child = fork(new URL('crashing-consumer.ts', import.meta.url), args, {
        execArgv: ['--max-old-space-size=48'],
        // An abort and a heap that is full have much to say.
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      });
      process = child;
      const up = Promise.withResolvers<void>();
      child.on('message', (told: Told) => {
        if ('up' in told) up.resolve();
        else handled.add(told.handled);
      });
      child.once('exit', () => {
        up.reject(new Error('it ended before it was up'));
        if (over) return;
        ends++;
        run().catch(() => {});
      });
      return up.promise;
    };
    t.after(async () => {
      over = true;
      const exited = process && once(process, 'exit');
      if (process?.kill('SIGKILL')) await exited;
    });
    await run();
    await bus.publish(all);
    const [letter] = await deadLetters(bus, group, 1);
    while (handled.size < 29) await new Promise((resolve) => setTimeout(resolve, 20));
    over = true;
    assert.equal(letter?.message.data.n, 13);
    assert.match(letter.reason, /process ended each time/);
    assert.equal(ends, 3);
    assert.equal((await bus.dead.list({ group })).length, 1, 'no other is taken for it');
  });
}
