import { type Db, errorCode, prepared, type Queryable, quoteIdent, runWithNext } from '@banyan/postgres';
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
  const share = await shareUntilEnd(tx, { service, tables });
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
  const share = await shareUntilEnd(tx, of);
  return typeof share === 'number' && share > 0;
}

/**
 * Whether this service writes these tables just now: for whoever looks each second whether there is anything to do, and for what takes longer than a transaction. A
 * step may come in the next moment, and then the owner of each row wins. Costs one round trip, and waits for nobody: while a step is under way it does not write.
 */
export async function isWriter(pool: Db, service: string): Promise<boolean> {
  const share = await shareNow(pool, service);
  return typeof share === 'number' && share >= ALL;
}

/** Basis points: all where nobody moves this service. */
type Share = number | 'step' | 'not told';

/** The same until the transaction ends. */
async function shareUntilEnd(
  tx: Queryable,
  { service, tables }: { service: string; tables: readonly string[] },
): Promise<Share> {
  // Before it is looked at who writes: a step that is under way is waited for, and one that comes waits.
  await runWithNext(
    tx,
    prepared(`LOCK TABLE ${tables.map(quoteIdent).join(', ')} IN ROW EXCLUSIVE MODE`, []),
  );
  return await lookUp(tx, service);
}

/** Databases whose table of shares was read by this process: they are asked without a look whether it is there. */
const known = new WeakSet<Db>();

async function shareNow(pool: Db, service: string): Promise<Share> {
  if (known.has(pool)) {
    try {
      return await told(pool, service);
    } catch (error) {
      if (!GONE.has(errorCode(error) ?? '')) throw error;
      known.delete(pool);
    }
  }
  return await lookUp(pool, service, () => known.add(pool));
}

/** Table, schema, and the right to read them. */
const GONE = new Set(['42P01', '3F000', '42501']);

async function lookUp(db: Queryable, service: string, onReadable?: () => void): Promise<Share> {
  const there = await sharesOf(db);
  if (!there) return ALL;
  if (!there.readable) return 'not told';
  onReadable?.();
  return await told(db, service);
}

async function told(db: Queryable, service: string): Promise<Share> {
  const { rows } = await db.query<{ share: number | null }>(
    prepared('SELECT share FROM banyan.shares WHERE service = $1', [service]),
  );
  return rows[0] ? (rows[0].share ?? 'step') : 'not told';
}

const NOT_TOLD = 'the monolith writes: nobody has told this service yet that it does';
