import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createPool, type Db } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import fc from 'fast-check';
import { blocksOf, moduleOf } from '../../../../scripts/documentation.ts';
import type { Service } from '../index.ts';
import { pauseUntilNext } from './pauses.ts';
import { repeatedWork, type Task } from './repeated-work.ts';
import { aHost } from './testing/host.ts';

const NEVER_MS = 3_600_000;

let url: string;
let pool: Db;
before(async () => {
  url = await (await testServer()).database('tasks');
  pool = createPool(url, { max: 4 });
});
after(async () => await pool?.end());

/** A task that hands each of its times to the test, which says how it ends. */
function stepwise(options: Partial<Task> = {}) {
  type Time = { signal: AbortSignal; end(next?: boolean | number): void; fail(error: Error): void };
  const waiting: ((time: Time) => void)[] = [];
  const begun: Time[] = [];
  let times = 0;
  const run = async (signal: AbortSignal) => {
    times++;
    const { promise, resolve, reject } = Promise.withResolvers<boolean | number | undefined>();
    const time = { signal, end: resolve, fail: reject };
    const next = waiting.shift();
    if (next) next(time);
    else begun.push(time);
    return await promise;
  };
  return {
    task: { everyMs: NEVER_MS, ...options, run } satisfies Task,
    times: () => times,
    next: async () => begun.shift() ?? (await new Promise<Time>((resolve) => waiting.push(resolve))),
  };
}

describe('a task', () => {
  it('is done from the opening on, at once while there is more, and then after its pause', async () => {
    const { task, next } = stepwise({ everyMs: 1 });
    const work = repeatedWork(aHost(pool), { count: task });
    await work.open();
    (await next()).end(true);
    (await next()).end(1);
    (await next()).end();
    (await next()).end(NEVER_MS);
    await work.close();
  });

  it('is done before its pause is over when it is woken, and once more when that was while it ran', async () => {
    const { task, next } = stepwise();
    const work = repeatedWork(aHost(pool), { look: task });
    await work.open();
    const first = await next();
    work.wake('look');
    first.end();
    (await next()).end();
    await new Promise(setImmediate);
    work.wake('look');
    (await next()).end();
    await work.close();
  });

  it('that fails is told of by its name, and tried again', async () => {
    const { task, next } = stepwise({ everyMs: 1 });
    const given = aHost(pool);
    const work = repeatedWork(given, { 'send mails': task });
    await work.open();
    (await next()).fail(new Error('no server'));
    const again = await next();
    const [line] = given.logged;
    const { task: name, failures, err, level } = JSON.parse(line!);
    assert.deepEqual([name, failures, err.message, level], ['send mails', 1, 'no server', 50]);
    again.end(NEVER_MS);
    await new Promise(setImmediate);
    const told = await given.metrics.metrics();
    assert.match(told, /repeated_work_seconds_count\{task="send mails",outcome="failed"\} 1/);
    assert.match(told, /repeated_work_seconds_count\{task="send mails",outcome="done"\} 1/);
    assert.match(told, /repeated_work_last_done_timestamp_seconds\{task="send mails"\} \d+/);
    await work.close();
  });

  it('ends what it has in hand when the service stops, begins nothing more, and has not failed by that', async () => {
    const { task, next, times } = stepwise();
    const given = aHost(pool);
    const work = repeatedWork(given, { look: task });
    await work.open();
    const { signal, fail } = await next();
    const closed = work.close();
    assert.equal(signal.aborted, true);
    fail(new Error('stopped'));
    await closed;
    assert.deepEqual([times(), given.logged], [1, []]);
  });

  it('that was never opened closes', async () => {
    await repeatedWork(aHost(pool), { look: stepwise().task }).close();
  });
});

describe('a task of one process', () => {
  it('is passed over by the others while it runs, and theirs when its process is gone', async () => {
    const [ours, theirs] = [stepwise({ inOneProcess: true }), stepwise({ inOneProcess: true })];
    const first = repeatedWork(aHost(pool), { sweep: ours.task });
    await first.open();
    const running = await ours.next();

    const given = aHost(pool);
    const other = repeatedWork(given, { sweep: theirs.task });
    await other.open();
    const passedOver = async () => /outcome="done"\} 1/.test(await given.metrics.metrics());
    while (!(await passedOver())) await new Promise(setImmediate);
    assert.equal(theirs.times(), 0);

    running.end();
    await first.close();
    other.wake('sweep');
    (await theirs.next()).end();
    await other.close();
  });
});

it('is work of a part as in docs/services.md', async () => {
  const [body] = blocksOf('docs/services.md', 'ts work');
  const { notes } = await moduleOf<{ notes: Service }>(body!);
  await pool.query('CREATE TABLE notes (id integer GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL)');
  await pool.query(`INSERT INTO notes (at) SELECT now() - interval '31 days' FROM generate_series(1, 1200)`);
  await pool.query('INSERT INTO notes (at) VALUES (now())');
  const { close } = await notes.start({ DATABASE_URL: url, LOG_LEVEL: 'silent' });
  const count = async () => Number((await pool.query('SELECT count(*) FROM notes')).rows[0].count);
  while ((await count()) > 1) await new Promise(setImmediate);
  await close();
  assert.equal(await count(), 1);
});

describe('pauses', () => {
  const chances = fc.double({ min: 0, max: 1, noNaN: true });
  const everyMs = fc.integer({ min: 1, max: 86_400_000 });

  it('after failures grow to no more than the usual one, or half a minute', () => {
    fc.assert(
      fc.property(everyMs, fc.integer({ min: 1, max: 2_000 }), chances, (everyMs, failures, chance) => {
        const pause = (failures: number, chance: number) =>
          pauseUntilNext({ next: undefined, failures, everyMs, chance });
        const longest = Math.max(everyMs, 30_000);
        assert.ok(pause(failures, chance) > 0 && pause(failures, chance) <= longest);
        assert.ok(pause(failures + 1, chance) >= pause(failures, chance));
        assert.ok(pause(failures, 0) === pause(failures, 1) / 2);
      }),
    );
  });

  it('are what the task says, and else the usual one within a tenth', () => {
    fc.assert(
      fc.property(everyMs, fc.integer({ min: -9, max: 9_999 }), chances, (everyMs, ms, chance) => {
        const pause = (next: boolean | number | undefined) =>
          pauseUntilNext({ next, failures: 0, everyMs, chance });
        assert.equal(pause(true), 0);
        assert.equal(pause(ms), Math.max(0, ms));
        for (const usual of [pause(false), pause(undefined)])
          assert.ok(Math.abs(usual - everyMs) <= everyMs / 10 + 1e-6);
      }),
    );
  });
});
