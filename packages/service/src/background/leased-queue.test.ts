import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createPool, type Db, withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import fc from 'fast-check';
import { blocksOf, moduleOf } from '../../../../scripts/documentation.ts';
import type { Service } from '../index.ts';
import { type LeasedWork, leasedQueue } from './leased-queue.ts';
import { growingPauses, pauseAfterAttempt } from './retries.ts';
import { aHost } from './testing/host.ts';
import { LETTERS, letters } from './testing/letters.ts';

type Letter = Awaited<ReturnType<typeof letters.lease>>[number];

let url: string;
let pool: Db;
before(async () => {
  url = await (await testServer()).database('letters');
  pool = createPool(url, { max: 8 });
  await pool.query(LETTERS);
});
after(async () => await pool?.end());
beforeEach(async () => void (await pool.query('TRUNCATE letters')));

async function write(...texts: string[]): Promise<void> {
  for (const text of texts) await pool.query('INSERT INTO letters (text) VALUES ($1)', [text]);
}

const leaseIsOver = () =>
  pool.query('UPDATE letters SET leased_until = now() WHERE leased_until IS NOT NULL');
const textsOf = (rows: readonly Letter[]) => rows.map(({ text }) => text);
const sent = (letter: Letter) =>
  withTransaction(pool, async (tx) => {
    if (!(await letters.release(tx, letter, null))) return false;
    await tx.query(`UPDATE letters SET state = 'sent' WHERE id = $1`, [letter.key]);
    return true;
  });

describe('rows that are leased', () => {
  it('are each in one hand, however many lease at once, the longest due first', async () => {
    await write('a', 'b', 'c', 'd', 'e');
    const all = await Promise.all(Array.from({ length: 4 }, () => letters.lease(pool, 2)));
    assert.deepEqual(textsOf(all.flat()).toSorted(), ['a', 'b', 'c', 'd', 'e']);
    assert.deepEqual(await letters.lease(pool, 9), []);
    const [first] = all.flat();
    assert.deepEqual([first!.attempt, first!.state], [1, 'sending']);
  });

  it('are due again when whoever has them says so, or not again', async () => {
    await write('a', 'b', 'c', 'd', 'e');
    const [a, b, c, d, e] = await letters.lease(pool, 5);
    assert.equal(await letters.release(pool, a!, new Date(0)), true);
    assert.equal(await letters.release(pool, b!, null), true);
    assert.equal(await letters.release(pool, c!), true);
    assert.equal(await letters.release(pool, d!, 0), true);
    assert.equal(await letters.release(pool, e!, 3_600_000), true);
    const again = await letters.lease(pool, 9);
    assert.deepEqual(
      again.map(({ text, attempt }) => [text, attempt]),
      [
        ['a', 2],
        ['c', 2],
        ['d', 2],
      ],
    );
  });

  it('are no longer whose lease is over and somebody else has it: nothing that they made counts', async () => {
    await write('a');
    const [first] = await letters.lease(pool, 1);
    await leaseIsOver();
    const [second] = await letters.lease(pool, 1);
    assert.equal(second!.attempt, 2);
    assert.deepEqual(
      [await letters.extend(pool, first!), await letters.release(pool, first!), await sent(first!)],
      [false, false, false],
    );
    assert.deepEqual([await letters.extend(pool, second!), await sent(second!)], [true, true]);
    assert.deepEqual([await letters.extend(pool, second!), await sent(second!)], [false, false]);
  });

  it('are still whose lease is over while nobody else has them', async () => {
    await write('a');
    const [letter] = await letters.lease(pool, 1);
    await leaseIsOver();
    assert.equal(await letters.extend(pool, letter!, `text = 'held'`), true);
    assert.deepEqual(await letters.lease(pool, 1), []);
    assert.equal(await sent(letter!), true);
    assert.deepEqual((await pool.query('SELECT text, state FROM letters')).rows, [
      { text: 'held', state: 'sent' },
    ]);
  });

  it('go back with the transaction that would have let go of them', async () => {
    await write('a');
    const [letter] = await letters.lease(pool, 1);
    const failing = withTransaction(pool, async (tx) => {
      await letters.release(tx, letter!, null);
      throw new Error('no');
    });
    await assert.rejects(failing, /no/);
    assert.equal(await letters.extend(pool, letter!), true);
  });

  it('come again when the process that has them is killed', async () => {
    await write('a');
    const script = fileURLToPath(new URL('testing/lease-and-hang.ts', import.meta.url));
    const child = spawn(process.execPath, [script, url], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    const said = text(child.stdout);
    child.stdout.once('data', () => child.kill('SIGKILL'));
    await exited;
    const killed = JSON.parse(await said) as Letter;
    assert.deepEqual([killed.text, await letters.lease(pool, 1)], ['a', []]);
    await leaseIsOver();
    const [again] = await letters.lease(pool, 1);
    assert.deepEqual([again!.text, again!.attempt], ['a', 2]);
    assert.deepEqual([await sent(killed), await sent(again!)], [false, true]);
  });
});

describe('a queue', () => {
  const NEVER_MS = 3_600_000;
  /** Resolves with each row as it comes; how it ends is up to the test. */
  function hands() {
    type Hand = { letter: Letter; signal: AbortSignal; end(): void; fail(error: Error): void };
    const waiting: ((hand: Hand) => void)[] = [];
    const taken: Hand[] = [];
    const handle = async (letter: Letter, signal: AbortSignal) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const hand = { letter, signal, end: resolve, fail: reject };
      const next = waiting.shift();
      if (next) next(hand);
      else taken.push(hand);
      await promise;
      await sent(letter);
    };
    const next = async () => taken.shift() ?? (await new Promise<Hand>((resolve) => waiting.push(resolve)));
    return { handle, next, isAnyLeft: () => taken.length > 0 };
  }
  const lease: LeasedWork<Letter>['lease'] = (most, inHand) => letters.lease(pool, most, inHand);
  const countSent = async () =>
    (await pool.query<{ count: number }>(`SELECT count(*)::int FROM letters WHERE state = 'sent'`)).rows[0]!
      .count;

  it('works off what is due, so many at a time, and ends with what it has in hand', async () => {
    await write('a', 'b', 'c');
    const { handle, next, isAnyLeft } = hands();
    const queue = leasedQueue(aHost(pool), 'letters', { most: 2, everyMs: NEVER_MS, lease, handle });
    await queue.open();
    const [a, b] = [await next(), await next()];
    assert.deepEqual([a.letter.text, b.letter.text, isAnyLeft()], ['a', 'b', false]);
    a.end();
    const c = await next();
    assert.equal(c.letter.text, 'c');
    const closed = queue.close();
    assert.equal(c.signal.aborted, true);
    b.end();
    c.end();
    await closed;
    assert.equal(await countSent(), 3);
  });

  it('does not take again what it has in hand longer than its lease', async () => {
    await write('a');
    const { handle, next, isAnyLeft } = hands();
    const queue = leasedQueue(aHost(pool), 'letters', { most: 2, everyMs: NEVER_MS, lease, handle });
    await queue.open();
    const a = await next();
    await leaseIsOver();
    await write('b');
    queue.wake();
    const b = await next();
    assert.deepEqual([b.letter.text, isAnyLeft()], ['b', false]);
    a.end();
    b.end();
    await queue.close();
    assert.equal(await countSent(), 2);
  });

  it('looks when it is woken, and when something is due', async () => {
    let ms: number | null = null;
    const { handle, next } = hands();
    const asked: (() => void)[] = [];
    const untilDue = async () => {
      asked.shift()?.();
      return ms;
    };
    const queue = leasedQueue(aHost(pool), 'letters', {
      most: 2,
      everyMs: NEVER_MS,
      lease,
      handle,
      untilDue,
    });
    const looked = new Promise<void>((resolve) => asked.push(resolve));
    await queue.open();
    await looked;
    await write('a');
    queue.wake();
    const a = await next();
    ms = 1;
    a.end();
    await write('b');
    (await next()).end();
    await queue.close();
    assert.equal(await countSent(), 2);
  });

  it('tells of a row that failed, which comes again when its lease is over', async () => {
    await write('a');
    const given = aHost(pool);
    const { handle, next } = hands();
    const queue = leasedQueue(given, 'letters', { most: 1, everyMs: 1, lease, handle });
    await queue.open();
    const first = await next();
    first.fail(new Error('no stamp'));
    while (given.logged.length === 0) await new Promise(setImmediate);
    const { queue: name, key, attempt, err } = JSON.parse(given.logged[0]!);
    assert.deepEqual([name, key, attempt, err.message], ['letters', first.letter.key, 1, 'no stamp']);
    await leaseIsOver();
    (await next()).end();
    await queue.close();
    const told = await given.metrics.metrics();
    assert.match(told, /leased_row_seconds_count\{queue="letters",outcome="failed"\} 1/);
    assert.match(told, /leased_row_seconds_count\{queue="letters",outcome="handled"\} 1/);
  });
});

it('is posted, and once more when it was not taken, as in docs/services.md', async (t) => {
  const [body] = blocksOf('docs/services.md', 'ts rows');
  const { mail } = await moduleOf<{ mail: Service }>(body!);
  const answers = [500, 204];
  const received: string[] = [];
  const server = createServer(async (request, response) => {
    received.push(await text(request));
    response.writeHead(answers.shift() ?? 204).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const POST_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { close } = await mail.start({ DATABASE_URL: url, LOG_LEVEL: 'silent', POST_URL });
  t.after(() => close());
  await write('a');
  const row = async () => (await pool.query('SELECT due_at, attempts FROM letters')).rows[0];
  while ((await row()).due_at !== null) {
    await pool.query('UPDATE letters SET due_at = now() WHERE due_at > now()');
    await delay(10);
  }
  assert.deepEqual([received, (await row()).attempts], [['a', 'a'], 2]);
});

describe('pauses between attempts', () => {
  const pauses = fc.record({
    count: fc.integer({ min: 0, max: 40 }),
    firstMs: fc.integer({ min: 1, max: 60_000 }),
    factor: fc.double({ min: 1, max: 10, noNaN: true }),
    longestMs: fc.integer({ min: 60_000, max: 86_400_000 }),
  });
  const unit = fc.double({ min: 0, max: 1, noNaN: true });

  it('grow up to the longest, and then it is given up', () => {
    fc.assert(
      fc.property(pauses, (given) => {
        const pausesMs = growingPauses(given);
        const after = (attempt: number) => pauseAfterAttempt({ pausesMs, jitter: 0 }, { attempt, chance: 0 });
        assert.equal(after(given.count + 1), undefined);
        for (let attempt = 1; attempt <= given.count; attempt++)
          assert.ok(
            after(attempt)! >= (after(attempt - 1) ?? given.firstMs) && after(attempt)! <= given.longestMs,
          );
      }),
    );
  });

  it('differ by no more than the jitter', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 86_400_000 }), unit, unit, (pause, jitter, chance) => {
        const own = pauseAfterAttempt({ pausesMs: [pause], jitter }, { attempt: 1, chance })!;
        assert.ok(Math.abs(own - pause) <= pause * jitter + 1e-6);
      }),
    );
  });
});
