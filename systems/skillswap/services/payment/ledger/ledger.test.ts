import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Db } from '@banyan/postgres';
import fc from 'fast-check';
import { assertSound, grant, issued, openBooks, somebody } from '../testing/books.ts';
import { type Command, toCapture, toHold, toPost, toRelease } from './commands.ts';
import * as ledger from './ledger.ts';
import { findWallet, linesOf } from './store.ts';
import { together } from './together.ts';

let pool: Db;

before(async () => {
  pool = await openBooks();
});

after(async () => {
  await pool?.end();
});

const LATER = new Date('2040-01-01T00:00:00Z');
const hold = (owner: string, amount: number, key: string = randomUUID()) =>
  ledger.inLedger(pool, (tx) => ledger.hold(tx, { key, owner, amount, expiresAt: LATER }));
const capture = (holdId: string, to: string, amount?: number, key: string = randomUUID(), now = new Date()) =>
  ledger.inLedger(pool, (tx) => ledger.capture(tx, { key, holdId, to, amount, now }));
const release = (holdId: string) => ledger.inLedger(pool, (tx) => ledger.release(tx, holdId));
const reverse = (postingId: string, key: string = randomUUID()) =>
  ledger.inLedger(pool, (tx) => ledger.reverse(tx, { key, postingId }));
const takeBack = (owner: string, credits: number) =>
  ledger.inLedger(pool, (tx) => {
    const lines = issued(owner, -credits);
    return ledger.post(tx, { key: randomUUID(), kind: 'CHARGEBACK', owing: true, lines });
  });
const outcome = (work: Promise<unknown>) =>
  work.then(
    () => 'OK',
    (error) => error.code as string,
  );
const balances = async (owner: string) => {
  const { balance, held, debt } = await findWallet(pool, owner);
  return { balance, held, debt };
};

describe('credits, whatever is done with them in whatever order, one by one or together,', () => {
  /** All that has to be remembered of somebody: credits less what is owed, and what holds have set aside. */
  type Person = { net: number; held: number };
  type Held = { by: number; amount: number; state: 'ACTIVE' | 'CAPTURED' | 'RELEASED' };
  type Given = { to: number; amount: number; reversed: boolean };
  type Model = { people: Person[]; holds: Held[]; grants: Given[] };
  type Real = { people: string[]; holds: string[]; grants: string[] };

  /** What is asked for, what has to come of it, and what is known by it. */
  type Step = { command: Command; expected: string; learn?: (done: ledger.Done) => void };
  /** Done in the model at once. Undefined: there is nothing yet to do it with. */
  type Op = { name: string; of(model: Model, real: Real): Step | undefined };

  const free = ({ net, held }: Person) => Math.max(net - held, 0);
  const key = () => randomUUID();

  const giving = (to: number, amount: number): Op => ({
    name: `grant ${amount} to ${to}`,
    of: (model, real) => {
      model.grants.push({ to, amount, reversed: false });
      model.people[to]!.net += amount;
      const command = toPost({ key: key(), kind: 'PURCHASE', lines: issued(real.people[to]!, amount) });
      return { command, expected: 'OK', learn: ({ id }) => real.grants.push(id) };
    },
  });
  const takingBack = (from: number, amount: number): Op => ({
    name: `take back ${amount} of ${from}`,
    of: (model, real) => {
      model.people[from]!.net -= amount;
      const lines = issued(real.people[from]!, -amount);
      return { command: toPost({ key: key(), kind: 'CHARGEBACK', owing: true, lines }), expected: 'OK' };
    },
  });
  const holding = (by: number, amount: number): Op => ({
    name: `hold ${amount} of ${by}`,
    of: (model, real) => {
      const person = model.people[by]!;
      const command = toHold({ key: key(), owner: real.people[by]!, amount, expiresAt: LATER });
      if (free(person) < amount) return { command, expected: 'INSUFFICIENT_CREDITS' };
      model.holds.push({ by, amount, state: 'ACTIVE' });
      person.held += amount;
      return { command, expected: 'OK', learn: ({ hold }) => real.holds.push(hold!.id) };
    },
  });
  const capturing = (which: number, to: number, amount: number): Op => ({
    name: `capture ${amount} of hold ${which} for ${to}`,
    of: (model, real) => {
      if (real.holds.length === 0) return undefined;
      const at = which % real.holds.length;
      const one = model.holds[at]!;
      const request = { key: key(), holdId: real.holds[at]!, to: real.people[to]!, amount, now: new Date() };
      const command = toCapture(request);
      if (one.by === to) return { command, expected: 'SAME_WALLET' };
      if (amount > one.amount) return { command, expected: 'BEYOND_HOLD' };
      if (one.state !== 'ACTIVE') return { command, expected: 'HOLD_ENDED' };
      one.state = 'CAPTURED';
      model.people[one.by]!.held -= one.amount;
      model.people[one.by]!.net -= amount;
      model.people[to]!.net += amount - Math.ceil(amount / 20);
      return { command, expected: 'OK' };
    },
  });
  const releasing = (which: number): Op => ({
    name: `release hold ${which}`,
    of: (model, real) => {
      if (real.holds.length === 0) return undefined;
      const at = which % real.holds.length;
      const one = model.holds[at]!;
      const command = toRelease(real.holds[at]!);
      if (one.state === 'CAPTURED') return { command, expected: 'HOLD_ENDED' };
      if (one.state === 'ACTIVE') model.people[one.by]!.held -= one.amount;
      one.state = 'RELEASED';
      return { command, expected: 'OK' };
    },
  });

  const check = async (model: Model, real: Real) => {
    for (const [index, owner] of real.people.entries()) {
      const person = model.people[index]!;
      const debt = Math.max(person.held - person.net, 0);
      assert.deepEqual(await balances(owner), {
        balance: person.held + free(person),
        held: person.held,
        debt,
      });
    }
  };

  /** In one transaction. */
  const doing = (ops: readonly Op[]): fc.AsyncCommand<Model, Real> => ({
    check: () => true,
    run: async (model, real) => {
      const steps = ops.flatMap((op) => op.of(model, real) ?? []);
      const commands = steps.map(({ command }) => command);
      const outcomes = await ledger.inLedger(pool, (tx) => ledger.runAll(tx, commands));
      assert.deepEqual(
        outcomes.map((one) => (one.status === 'fulfilled' ? 'OK' : one.reason.code)),
        steps.map(({ expected }) => expected),
      );
      for (const [index, one] of outcomes.entries())
        if (one.status === 'fulfilled') steps[index]!.learn?.(one.value);
      await check(model, real);
    },
    toString: () => ops.map(({ name }) => name).join(' and '),
  });

  const undoing = (which: number): fc.AsyncCommand<Model, Real> => ({
    check: ({ grants }) => grants.length > 0,
    run: async (model, real) => {
      const at = which % model.grants.length;
      const one = model.grants[at]!;
      const came = await outcome(reverse(real.grants[at]!));
      assert.equal(came, one.reversed ? 'ALREADY_REVERSED' : 'OK');
      if (!one.reversed) model.people[one.to]!.net -= one.amount;
      one.reversed = true;
      await check(model, real);
    },
    toString: () => `reverse grant ${which}`,
  });

  const who = fc.nat({ max: 2 });
  const credits = fc.integer({ min: 1, max: 60 });
  const some = fc.nat();
  const op = fc.oneof(
    fc.tuple(who, credits).map(([to, amount]) => giving(to, amount)),
    fc.tuple(who, credits).map(([by, amount]) => holding(by, amount)),
    fc
      .tuple(some, who, fc.integer({ min: 1, max: 70 }))
      .map(([which, to, amount]) => capturing(which, to, amount)),
    some.map(releasing),
    fc.tuple(who, credits).map(([from, amount]) => takingBack(from, amount)),
  );
  const commands = [
    op.map((one) => doing([one])),
    fc.array(op, { minLength: 2, maxLength: 8 }).map(doing),
    some.map(undoing),
  ];

  it('are where a much simpler account of it has them, and never below 0', async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 40 }), async (sequence) => {
        const people = await Promise.all([somebody(pool), somebody(pool), somebody(pool)]);
        await fc.asyncModelRun(
          () => ({
            model: { people: people.map(() => ({ net: 0, held: 0 })), holds: [], grants: [] },
            real: { people, holds: [], grants: [] },
          }),
          sequence,
        );
      }),
      { numRuns: 25 },
    );
    await assertSound(pool);
  });
});

describe('what waits at the same time', () => {
  const transactionsOf = async (ids: readonly string[]) => {
    const { rows } = await pool.query(
      'SELECT count(DISTINCT xmin::text)::int AS count FROM postings WHERE id = ANY ($1::uuid[])',
      [ids],
    );
    return rows[0].count as number;
  };
  const heldBySomebody = async (amount: number) => {
    const owner = await somebody(pool, amount);
    return { owner, id: (await hold(owner, amount)).hold.id };
  };
  const transferOf = (holdId: string, to: string, key = `transfer:${holdId}`, amount?: number) =>
    toCapture({ key, holdId, to, amount, now: new Date() });

  it('is one transaction, in which each has its own outcome and its own message', async () => {
    const inOne = together(pool, { lanes: 1 });
    const [to, good, other] = [randomUUID(), await heldBySomebody(20), await heldBySomebody(30)];
    const told: string[] = [];
    const scope = new AsyncLocalStorage<string>();
    const ask = (name: string, command: Command) =>
      scope.run(name, () => inOne(command, async () => void told.push(scope.getStore()!)));
    const came = await Promise.allSettled([
      ask('first', transferOf(good.id, to)),
      ask('beyond', transferOf(other.id, to, randomUUID(), 31)),
      ask('again', transferOf(good.id, to)),
      ask('otherwise', transferOf(good.id, to, `transfer:${good.id}`, 7)),
      ask('none', transferOf(randomUUID(), to)),
      ask('ended', transferOf(good.id, to, randomUUID())),
      ask('last', transferOf(other.id, to)),
    ]);
    assert.deepEqual(
      came.map((one) => (one.status === 'fulfilled' ? one.value.replayed : one.reason.code)),
      [false, 'BEYOND_HOLD', true, 'KEY_REUSED', 'HOLD_NOT_FOUND', 'HOLD_ENDED', false],
    );
    assert.deepEqual(told, ['first', 'last']);
    const ids = came.flatMap((one) => (one.status === 'fulfilled' ? one.value.id : []));
    assert.equal(new Set(ids).size, 2);
    assert.equal(await transactionsOf(ids), 1);
    assert.equal((await balances(to)).balance, 19 + 28);
  });

  it('is shared by the lanes that are free, where it is enough for several', async () => {
    const transactions = async (count: number) => {
      const [inGroups, to] = [together(pool), await somebody(pool, 0)];
      const holds = await Promise.all(Array.from({ length: count }, () => heldBySomebody(20)));
      const done = await Promise.all(holds.map(({ id }) => inGroups(transferOf(id, to))));
      return await transactionsOf(done.map(({ id }) => id));
    };
    assert.deepEqual([await transactions(8), await transactions(20)], [1, 2]);
  });

  it('is not failed by one in whose way something fails', async () => {
    const [to, spoilt, good] = [randomUUID(), await heldBySomebody(20), await heldBySomebody(20)];
    const setHeld = (held: number) =>
      pool.query(`UPDATE accounts SET held = $2 WHERE kind = 'WALLET' AND owner = $1`, [spoilt.owner, held]);
    await setHeld(0);
    const inOne = together(pool, { lanes: 1 });
    const fails = async () => {
      throw new Error('no message');
    };
    const third = await heldBySomebody(20);
    const came = await Promise.allSettled([
      inOne(transferOf(spoilt.id, to)),
      inOne(transferOf(good.id, to)),
      inOne(transferOf(third.id, to), fails),
    ]);
    assert.deepEqual(
      came.map(({ status }) => status),
      ['rejected', 'fulfilled', 'rejected'],
    );
    assert.equal((await balances(to)).balance, 19);
    assert.deepEqual(await balances(third.owner), { balance: 20, held: 20, debt: 0 });
    await setHeld(20);
  });

  it('in several processes is done once, whoever pays whom', async () => {
    const processes = [together(pool, { most: 5 }), together(pool, { lanes: 3 })];
    const people = await Promise.all(Array.from({ length: 5 }, () => somebody(pool, 300)));
    const work = people.flatMap((from, index) =>
      Array.from({ length: 12 }, async (_, n) => {
        const request = { key: randomUUID(), owner: from, amount: 20, expiresAt: LATER };
        const holds = await Promise.all(processes.map((inOne) => inOne(toHold(request))));
        const { id } = holds[0]!.hold!;
        assert.ok(holds.every(({ hold }) => hold!.id === id));
        const to = people[(index + 1 + (n % 4)) % people.length]!;
        const done = await Promise.all(
          processes.map((inOne) => inOne(n % 3 === 2 ? toRelease(id) : transferOf(id, to))),
        );
        assert.equal(done.filter(({ replayed }) => !replayed).length, 1);
      }),
    );
    await Promise.all(work);
    const wallets = await Promise.all(people.map(balances));
    // Eight of twelve are paid, each with a fee of one.
    assert.equal(
      wallets.reduce((sum, { balance }) => sum + balance, 0),
      5 * 300 - 5 * 8,
    );
    assert.ok(wallets.every(({ held, debt }) => held === 0 && debt === 0));
    await assertSound(pool);
  });
});

describe('at the same time', () => {
  it('more than there is cannot be held', async () => {
    const owner = await somebody(pool, 100);
    const came = await Promise.all(Array.from({ length: 24 }, () => outcome(hold(owner, 10))));
    assert.equal(came.filter((one) => one === 'OK').length, 10);
    assert.deepEqual(await balances(owner), { balance: 100, held: 100, debt: 0 });
  });

  it('one key has one effect, and everybody is told the same', async () => {
    const [owner, to] = await Promise.all([somebody(pool, 50), somebody(pool)]);
    const holds = await Promise.all(Array.from({ length: 8 }, () => hold(owner, 20, `key-${owner}`)));
    assert.equal(new Set(holds.map(({ hold }) => hold.id)).size, 1);
    const { id } = holds[0]!.hold;
    const key = `transfer-${owner}`;
    const posted = await Promise.all(Array.from({ length: 8 }, () => capture(id, to, 15, key)));
    assert.equal(new Set(posted.map((one) => one.id)).size, 1);
    assert.equal(posted.filter(({ replayed }) => !replayed).length, 1);
    assert.equal((await balances(owner)).balance, 35);
    assert.equal((await balances(to)).balance, 14);
    assert.equal(await outcome(capture(id, to, 16, key)), 'KEY_REUSED');
    assert.equal(await outcome(hold(owner, 21, `key-${owner}`)), 'KEY_REUSED');
  });

  it('a hold ends once', async () => {
    const [owner, to] = await Promise.all([somebody(pool, 50), somebody(pool)]);
    const { id } = (await hold(owner, 40)).hold;
    const ends = [capture(id, to), capture(id, to), release(id), capture(id, to, 10), release(id)];
    await Promise.all(ends.map(outcome));
    const { held, balance } = await balances(owner);
    assert.equal(held, 0);
    const { rows } = await pool.query('SELECT count(*)::int AS count FROM postings WHERE hold_id = $1', [id]);
    assert.equal(rows[0].count, balance === 50 ? 0 : 1);
  });

  it('people who pay each other wait and do not fail', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => somebody(pool, 200)));
    const work = people.flatMap((from, index) =>
      Array.from({ length: 12 }, async (_, n) => {
        const { id } = (await hold(from, 3)).hold;
        await (n % 4 === 3 ? release(id) : capture(id, people[(index + 1 + (n % 5)) % people.length]!, 2));
      }),
    );
    await Promise.all(work);
    const wallets = await Promise.all(people.map(balances));
    // Nine of twelve are captured, and each has cost a fee of one.
    assert.equal(
      wallets.reduce((sum, { balance }) => sum + balance, 0),
      6 * 200 - 6 * 9,
    );
    assert.ok(wallets.every(({ held }) => held === 0));
    await assertSound(pool);
  });
});

describe('a transfer', () => {
  it('is its fee and what the provider gets, and gives the rest of the hold back', async () => {
    const [owner, to] = await Promise.all([somebody(pool, 100), somebody(pool)]);
    const { id } = (await hold(owner, 60)).hold;
    const posted = await capture(id, to, 19);
    const amounts = Object.fromEntries(
      posted.lines.map((line) => [`${line.kind} ${line.owner}`, line.amount]),
    );
    assert.equal(amounts[`WALLET ${owner}`], -19);
    assert.equal(amounts[`WALLET ${to}`], 18);
    assert.deepEqual(await balances(owner), { balance: 81, held: 0, debt: 0 });
  });

  it('is refused when its hold is over, and to oneself', async () => {
    const owner = await somebody(pool, 100);
    const { id } = (await hold(owner, 60)).hold;
    const late = capture(id, randomUUID(), 60, randomUUID(), LATER);
    assert.equal(await outcome(late), 'HOLD_EXPIRED');
    assert.equal(await outcome(capture(id, owner)), 'SAME_WALLET');
    assert.equal(await outcome(capture(randomUUID(), owner)), 'HOLD_NOT_FOUND');
  });

  it('is undone by its opposite, once, and what was spent meanwhile is owed', async () => {
    const [owner, to] = await Promise.all([somebody(pool, 100), somebody(pool)]);
    const posted = await capture((await hold(owner, 40)).hold.id, to);
    await hold(to, 30);
    const undone = await reverse(posted.id);
    assert.deepEqual(await balances(owner), { balance: 100, held: 0, debt: 0 });
    assert.deepEqual(await balances(to), { balance: 30, held: 30, debt: 30 });
    assert.equal(await outcome(reverse(posted.id)), 'ALREADY_REVERSED');
    assert.equal(await outcome(reverse(undone.id)), 'ALREADY_REVERSED');
  });
});

describe('what is owed', () => {
  it('is paid first, by whatever comes in', async () => {
    const owner = await somebody(pool, 10);
    await takeBack(owner, 25);
    assert.deepEqual(await balances(owner), { balance: 0, held: 0, debt: 15 });
    assert.equal(await outcome(hold(owner, 1)), 'INSUFFICIENT_CREDITS');
    await grant(pool, owner, 12);
    assert.deepEqual(await balances(owner), { balance: 0, held: 0, debt: 3 });
    await grant(pool, owner, 12);
    assert.deepEqual(await balances(owner), { balance: 9, held: 0, debt: 0 });
  });

  it('once more, since what has paid it is undone, is paid by what is there', async () => {
    const owner = await somebody(pool);
    await takeBack(owner, 1);
    const payment = await grant(pool, owner, 1);
    await grant(pool, owner, 3);
    await reverse(payment);
    assert.deepEqual(await balances(owner), { balance: 2, held: 0, debt: 0 });
  });

  it('leaves alone what is held for somebody, until the hold is given back', async () => {
    const owner = await somebody(pool, 40);
    const { id } = (await hold(owner, 30)).hold;
    await takeBack(owner, 25);
    assert.deepEqual(await balances(owner), { balance: 30, held: 30, debt: 15 });
    await release(id);
    assert.deepEqual(await balances(owner), { balance: 15, held: 0, debt: 0 });
  });
});

describe('what is posted', () => {
  it('is never changed or removed, whoever tries', async () => {
    const id = await grant(pool, await somebody(pool), 5);
    for (const sql of [
      'UPDATE entries SET amount = amount + 1 WHERE posting_id = $1',
      'DELETE FROM entries WHERE posting_id = $1',
      `UPDATE postings SET kind = 'GIFT' WHERE id = $1`,
      'DELETE FROM postings WHERE id = $1',
    ])
      await assert.rejects(pool.query(sql, [id]), /is refused: what is posted stays/);
    await assert.rejects(pool.query('TRUNCATE entries'), /is refused/);
    assert.equal((await linesOf(pool, id)).length, 2);
  });

  it('is 0 together, whoever writes it', async () => {
    const { rows } = await pool.query('SELECT id, version FROM accounts WHERE version > 0 LIMIT 1');
    const id = randomUUID();
    await pool.query(`INSERT INTO postings (id, kind, key, fingerprint) VALUES ($1, 'GIFT', $2, '')`, [
      id,
      id,
    ]);
    const entry = 'INSERT INTO entries VALUES ($1, $2, $3, 5, 5)';
    const values = [rows[0].id, Number(rows[0].version) + 1];
    await assert.rejects(pool.query(entry, [...values, id]), /are not 0 together/);
  });
});
