import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Db } from '@banyan/postgres';
import fc from 'fast-check';
import { assertSound, grant, openBooks, somebody } from '../testing/books.ts';
import * as ledger from './ledger.ts';
import { findWallet, linesOf } from './store.ts';

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
  ledger.inLedger(pool, (tx) =>
    ledger.post(tx, {
      key: randomUUID(),
      kind: 'CHARGEBACK',
      owing: true,
      lines: [
        { kind: 'WALLET', owner, amount: -credits },
        { kind: 'ISSUED', owner: ledger.platformAccount(), amount: credits },
      ],
    }),
  );
const outcome = (work: Promise<unknown>) =>
  work.then(
    () => 'OK',
    (error) => error.code as string,
  );
const balances = async (owner: string) => {
  const { balance, held, debt } = await findWallet(pool, owner);
  return { balance, held, debt };
};

describe('credits, whatever is done with them in whatever order,', () => {
  /** All that has to be remembered of somebody: credits less what is owed, and what holds have set aside. */
  type Person = { net: number; held: number };
  type Held = { by: number; amount: number; state: 'ACTIVE' | 'CAPTURED' | 'RELEASED' };
  type Given = { to: number; amount: number; reversed: boolean };
  type Model = { people: Person[]; holds: Held[]; grants: Given[] };
  type Real = { people: string[]; holds: string[]; grants: string[] };

  const free = ({ net, held }: Person) => Math.max(net - held, 0);
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

  const command = (
    name: string,
    run: (model: Model, real: Real) => Promise<void>,
    isPossible: (model: Model) => boolean = () => true,
  ): fc.AsyncCommand<Model, Real> => ({
    check: isPossible,
    run: async (model, real) => {
      await run(model, real);
      await check(model, real);
    },
    toString: () => name,
  });

  const who = fc.nat({ max: 2 });
  const credits = fc.integer({ min: 1, max: 60 });
  const some = fc.nat();
  const commands = [
    fc.tuple(who, credits).map(([to, amount]) =>
      command(`grant ${amount} to ${to}`, async (model, real) => {
        real.grants.push(await grant(pool, real.people[to]!, amount));
        model.grants.push({ to, amount, reversed: false });
        model.people[to]!.net += amount;
      }),
    ),
    fc.tuple(who, credits).map(([by, amount]) =>
      command(`hold ${amount} of ${by}`, async (model, real) => {
        const person = model.people[by]!;
        const work = hold(real.people[by]!, amount);
        if (free(person) < amount) return assert.equal(await outcome(work), 'INSUFFICIENT_CREDITS');
        real.holds.push((await work).hold.id);
        model.holds.push({ by, amount, state: 'ACTIVE' });
        person.held += amount;
      }),
    ),
    fc.tuple(some, who, fc.integer({ min: 1, max: 70 })).map(([which, to, amount]) =>
      command(
        `capture ${amount} of hold ${which} for ${to}`,
        async (model, real) => {
          const at = which % model.holds.length;
          const one = model.holds[at]!;
          const work = outcome(capture(real.holds[at]!, real.people[to]!, amount));
          if (one.by === to) return assert.equal(await work, 'SAME_WALLET');
          if (amount > one.amount) return assert.equal(await work, 'BEYOND_HOLD');
          if (one.state !== 'ACTIVE') return assert.equal(await work, 'HOLD_ENDED');
          assert.equal(await work, 'OK');
          one.state = 'CAPTURED';
          model.people[one.by]!.held -= one.amount;
          model.people[one.by]!.net -= amount;
          model.people[to]!.net += amount - Math.ceil(amount / 20);
        },
        ({ holds }) => holds.length > 0,
      ),
    ),
    some.map((which) =>
      command(
        `release hold ${which}`,
        async (model, real) => {
          const at = which % model.holds.length;
          const one = model.holds[at]!;
          const came = await outcome(release(real.holds[at]!));
          if (one.state === 'CAPTURED') return assert.equal(came, 'HOLD_ENDED');
          assert.equal(came, 'OK');
          if (one.state === 'ACTIVE') model.people[one.by]!.held -= one.amount;
          one.state = 'RELEASED';
        },
        ({ holds }) => holds.length > 0,
      ),
    ),
    fc.tuple(who, credits).map(([from, amount]) =>
      command(`take back ${amount} of ${from}`, async (model, real) => {
        await takeBack(real.people[from]!, amount);
        model.people[from]!.net -= amount;
      }),
    ),
    some.map((which) =>
      command(
        `reverse grant ${which}`,
        async (model, real) => {
          const at = which % model.grants.length;
          const one = model.grants[at]!;
          const came = await outcome(reverse(real.grants[at]!));
          assert.equal(came, one.reversed ? 'ALREADY_REVERSED' : 'OK');
          if (!one.reversed) model.people[one.to]!.net -= one.amount;
          one.reversed = true;
        },
        ({ grants }) => grants.length > 0,
      ),
    ),
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
