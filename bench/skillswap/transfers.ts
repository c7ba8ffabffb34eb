import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { applySchema, createPool, type Db, prepared, withTransaction } from '@banyan/postgres';
import { checkSome, sumOfAll } from '../../systems/skillswap/services/payment/ledger/check.ts';
import { toCapture } from '../../systems/skillswap/services/payment/ledger/commands.ts';
import { inLedger, platformAccount, post } from '../../systems/skillswap/services/payment/ledger/ledger.ts';
import { type Together, together } from '../../systems/skillswap/services/payment/ledger/together.ts';
import { median } from '../median.ts';
import { inTurns } from './in-turns.ts';
import type { Phase } from './phase.ts';

const CONNECTIONS = 16;
const WALLETS = 20_000;
const CREDITS = 100_000;
const AMOUNT = 20;

const BARE = 'bare updates of two rows';
const LEDGER = 'transfers of the ledger';
const ALONE = 'transfers of the ledger, one a transaction';

/**
 * Transfers of the ledger, each with its fee, out of a hold that is there already, against what somebody would do without one: two rows
 * updated in a transaction. As many wait at a time as there are connections, the same people, in turns. The ledger does what waits together, as
 * the service does; it is measured without that too.
 */
export const run: Phase = async ({ createDatabase, transfers, rounds }) => {
  const pool = createPool(await createDatabase('ledger'), { max: CONNECTIONS });
  try {
    const people = await prepare(pool);
    const perSecond = { [BARE]: [] as number[], [LEDGER]: [] as number[], [ALONE]: [] as number[] };
    const inGroups = together(pool);
    const alone = together(pool, { most: 1, lanes: CONNECTIONS });
    for (let round = -1; round < rounds; round++) {
      const pairs = Array.from({ length: transfers }, () => pairOf(people));
      const [grouped, single] = [await holdAll(pool, pairs), await holdAll(pool, pairs)];
      const contenders = [
        { name: BARE, one: (turn: number) => bare(pool, pairs[turn]!) },
        { name: LEDGER, one: (turn: number) => transfer(inGroups, grouped[turn]!, pairs[turn]![1]) },
        { name: ALONE, one: (turn: number) => transfer(alone, single[turn]!, pairs[turn]![1]) },
      ] as const;
      for (const { name, one } of round % 2 === 0 ? contenders : contenders.toReversed()) {
        const seconds = await inTurns(transfers, { atOnce: CONNECTIONS }, one);
        // The first round is to get warm, and statistics for plans with it.
        if (round >= 0) perSecond[name].push(transfers / seconds);
      }
      if (round < 0) await pool.query('VACUUM ANALYZE');
    }
    await assertSound(pool);
    const ofBare = (name: typeof LEDGER | typeof ALONE) =>
      median(perSecond[name].map((value, round) => value / perSecond[BARE][round]!));
    return {
      results: Object.entries(perSecond).map(([name, values]) => ({
        name,
        value: median(values),
        unit: '/s',
      })),
      ratios: { 'transfers/update': ofBare(LEDGER), 'transfers/update, one a transaction': ofBare(ALONE) },
    };
  } finally {
    await pool.end();
  }
};

type Pair = [from: string, to: string];

async function prepare(pool: Db): Promise<string[]> {
  const schema = new URL('../../systems/skillswap/services/payment/schema.sql', import.meta.url);
  await applySchema(pool, { name: 'payment', sql: await readFile(schema, 'utf8') });
  await pool.query(
    'CREATE TABLE bare (owner uuid PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0)) WITH (fillfactor = 70)',
  );
  const people = Array.from({ length: WALLETS }, () => randomUUID());
  await pool.query('INSERT INTO bare SELECT unnest($1::uuid[]), $2', [people, CREDITS]);
  const lines = people.map((owner) => ({ kind: 'WALLET' as const, owner, amount: CREDITS }));
  const from = { kind: 'ISSUED' as const, owner: platformAccount(), amount: -CREDITS * WALLETS };
  await inLedger(pool, (tx) => post(tx, { key: 'opening', kind: 'OPENING', lines: [from, ...lines] }));
  await pool.query('VACUUM ANALYZE');
  return people;
}

function pairOf(people: readonly string[]): Pair {
  const from = Math.floor(Math.random() * people.length);
  const to = (from + 1 + Math.floor(Math.random() * (people.length - 1))) % people.length;
  return [people[from]!, people[to]!];
}

/** At once, which is not what is measured. */
async function holdAll(pool: Db, pairs: readonly Pair[]): Promise<string[]> {
  const ids = pairs.map(() => randomUUID());
  const owners = pairs.map(([from]) => from);
  await withTransaction(pool, async (tx) => {
    await tx.query(
      `INSERT INTO holds (id, owner, amount, key, fingerprint, expires_at)
       SELECT id, owner, $3, id, '', now() + interval '1 day' FROM unnest($1::uuid[], $2::uuid[]) AS held (id, owner)`,
      [ids, owners, AMOUNT],
    );
    await tx.query(
      `UPDATE accounts SET held = held + added.sum
       FROM (SELECT owner, count(*) * $2::int AS sum FROM unnest($1::uuid[]) AS owner GROUP BY owner) added
       WHERE kind = 'WALLET' AND accounts.owner = added.owner`,
      [owners, AMOUNT],
    );
  });
  return ids;
}

async function transfer(inGroups: Together, holdId: string, to: string): Promise<void> {
  await inGroups(toCapture({ key: `transfer:${holdId}`, holdId, to, now: new Date() }));
}

const UPDATE = 'UPDATE bare SET balance = balance + $2 WHERE owner = $1';

/** In the order of ids, or opposite ones would deadlock. */
async function bare(pool: Db, [from, to]: Pair): Promise<void> {
  const changes: [string, number][] = [
    [from, -AMOUNT],
    [to, AMOUNT],
  ];
  changes.sort(([a], [b]) => (a < b ? -1 : 1));
  await withTransaction(pool, async (tx) => {
    for (const change of changes) await tx.query(prepared(UPDATE, change));
  });
}

/** A figure of a ledger that does not add up would be worth nothing. */
async function assertSound(pool: Db): Promise<void> {
  for (let after: string | null = '0'; after !== null; ) {
    const round = await checkSome(pool, { after, fromTheBeginning: true });
    assert.deepEqual(round.found, []);
    after = round.next;
  }
  assert.equal(await sumOfAll(pool), 0);
}
