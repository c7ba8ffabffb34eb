import {
  type Db,
  prepared,
  type Queryable,
  quoteIdent,
  runWithNext,
  withTransaction,
} from '@banyan/postgres';
import { sharesOf } from './links.ts';

/** Basis points: all users are the service's. */
const ALL = 10_000;

/**
 * Why this service is not the one that writes these tables now; undefined: it is, until the transaction ends. For what a service writes by
 * itself (an import, a job at night) to tables of which the plan says that they have one writer: while it is being extracted that is the
 * monolith until all users are the service's, and again after a rollback. Of requests the gateway sends it only those that it may answer.
 *
 * `tx` is a transaction that has done nothing yet. It keeps a step from ending before it does; what begins after the step's mark sees it. Banyan
 * tells in the table `banyan.shares` of the service's database; where there is none, nobody moves this service, and it is its own.
 */
export async function whyNotWriter(
  tx: Queryable,
  { service, tables }: { service: string; tables: readonly string[] },
): Promise<string | undefined> {
  const share = await shareIn(tx, { service, tables });
  if (share === 'not told') return NOT_TOLD;
  if (share === 'step') return 'a step is under way, and decides who writes';
  if (share >= ALL) return undefined;
  return `the monolith writes until all users are this service's: now ${share / 100} % are`;
}

/**
 * Whether rows that this service makes by itself, of whomever, come to the monolith too until the transaction ends: from the first share of users on.
 * For tables whose rows belong to single keys (`owner: { by: 'key' }`), which both sides may make. Not while a step decides it, which may be the one after
 * which nothing is brought.
 */
export async function mayWriteRows(
  tx: Queryable,
  of: { service: string; tables: readonly string[] },
): Promise<boolean> {
  const share = await shareIn(tx, of);
  return typeof share === 'number' && share > 0;
}

/** Basis points, until the transaction ends: all where nobody moves this service. */
async function shareIn(
  tx: Queryable,
  { service, tables }: { service: string; tables: readonly string[] },
): Promise<number | 'step' | 'not told'> {
  // Before it is looked at who writes: a step that is under way is waited for, and one that comes waits.
  await runWithNext(
    tx,
    prepared(`LOCK TABLE ${tables.map(quoteIdent).join(', ')} IN ROW EXCLUSIVE MODE`, []),
  );
  const there = await sharesOf(tx);
  if (!there) return ALL;
  if (!there.readable) return 'not told';
  const { rows } = await tx.query<{ share: number | null }>(
    prepared('SELECT share FROM banyan.shares WHERE service = $1', [service]),
  );
  return rows[0] ? (rows[0].share ?? 'step') : 'not told';
}

/** The same for what takes longer than a transaction, by itself: a step that comes in the moment after it has the owner of each row win. */
export async function isWriter(
  pool: Db,
  of: { service: string; tables: readonly string[] },
): Promise<boolean> {
  return await withTransaction(pool, async (tx) => (await whyNotWriter(tx, of)) === undefined);
}

const NOT_TOLD = 'the monolith writes: nobody has told this service yet that it does';
