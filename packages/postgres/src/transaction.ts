import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { TransactionClient } from './client.ts';
import { errorCode, PostgresError } from './errors.ts';

/** Anything that runs a query. */
export type Queryable = Pick<pg.Pool, 'query'> | Pick<pg.ClientBase, 'query'>;

export interface TransactionOptions {
  /** Default: the server's own (`read committed` unless configured). */
  isolation?: 'read committed' | 'repeatable read' | 'serializable';
  /** Default false. */
  readOnly?: boolean;
  /** How often to run again after a serialization failure or a deadlock. Default 0. `run` must bear it. */
  retries?: number;
  /**
   * When it aborts, nothing of the transaction commits any more, whatever `run` still does: its connection is cut, its session
   * on the server ended, and the call rejects with the signal's reason. If COMMIT was on its way already, it may have been done.
   */
  signal?: AbortSignal;
}

/**
 * Runs `run` in a transaction: committed if it returns, rolled back if it throws. Given a pool, a client is
 * taken from it and given back (thrown away if it broke). Given a client that is already inside
 * `withTransaction`, a savepoint is used: only the inner work is undone on a throw, and `retries` is ignored
 * because a serialization failure dooms the outer transaction.
 *
 * On a pool of `createPool` BEGIN goes out with the first statement; without any there is no transaction at all.
 */
export async function withTransaction<T>(
  pool: pg.Pool | pg.PoolClient,
  run: (client: pg.PoolClient) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  if (!isPool(pool) && inTransaction.has(pool)) return await withSavepoint(pool, run);
  const { retries = 0 } = options;
  for (let attempt = 0; ; attempt++) {
    try {
      return isPool(pool) ? await onPool(pool, run, options) : await onClient(pool, run, options);
    } catch (error) {
      if (attempt >= retries || !isRetryable(error)) throw error;
      await delay(Math.random() * Math.min(10 * 2 ** attempt, 500));
    }
  }
}

/**
 * For a statement whose result nobody waits for, in a transaction of `withTransaction`: it is sent with the next statement, at
 * the latest with COMMIT, and costs no round trip. If it fails, so does that one. Anywhere else it is run at once.
 */
export async function runWithNext(
  tx: Queryable,
  statement: pg.QueryConfig & { name: string },
): Promise<void> {
  if (tx instanceof TransactionClient && inTransaction.has(tx)) tx.hold(statement);
  else await tx.query(statement);
}

const inTransaction = new WeakSet<object>();

async function onPool<T>(
  pool: pg.Pool,
  run: (client: pg.PoolClient) => Promise<T>,
  options: TransactionOptions,
): Promise<T> {
  const { signal } = options;
  signal?.throwIfAborted();
  const client = await pool.connect();
  let broken: Error | undefined;
  const onError = (error: Error) => {
    broken = error;
  };
  client.on('error', onError);
  const work = signal?.aborted ? Promise.reject(signal.reason) : onClient(client, run, options);
  try {
    return await (signal ? unlessAborted(work, signal) : work);
  } catch (error) {
    // Rollback failed too, or nobody waits for it: nobody knows what state this session is in.
    if (inTransaction.has(client)) broken ??= new Error('left inside a transaction', { cause: error });
    throw error;
  } finally {
    client.removeListener('error', onError);
    inTransaction.delete(client);
    const pid = broken && signal?.aborted ? cut(client) : undefined;
    client.release(broken);
    // It would go on with a statement in hand, and keep its locks until it notices that nobody listens.
    if (pid) void pool.query('SELECT pg_terminate_backend($1)', [pid]).catch(() => {});
  }
}

/** Whatever `work` does from then on, nobody waits for it. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort);
  aborted.catch(() => {});
  work.catch(() => {});
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** At once, also in the midst of a statement. Its process on the server. */
function cut(client: pg.PoolClient): number | undefined {
  const { connection, processID } = client as unknown as {
    connection: { stream: { destroy(): void } };
    processID?: number;
  };
  connection.stream.destroy();
  return processID;
}

async function onClient<T>(
  client: pg.PoolClient,
  run: (client: pg.PoolClient) => Promise<T>,
  options: TransactionOptions,
): Promise<T> {
  if (client instanceof TransactionClient) client.beginLater(beginStatement(options));
  else await client.query(beginStatement(options));
  inTransaction.add(client);
  try {
    const result = await run(client);
    const ended = client instanceof TransactionClient ? await client.commit() : await client.query('COMMIT');
    inTransaction.delete(client);
    if (ended?.command === 'ROLLBACK') throw new PostgresError('TRANSACTION_ABORTED');
    return result;
  } catch (error) {
    if (inTransaction.has(client)) await rollBack(client);
    throw error;
  }
}

/** After a COMMIT that failed too, which may have failed by what was sent with it. */
async function rollBack(client: pg.PoolClient): Promise<void> {
  try {
    await (client instanceof TransactionClient ? client.rollBack() : client.query('ROLLBACK'));
    inTransaction.delete(client);
  } catch {
    // The first error is the one that tells; the caller above throws the client away.
  }
}

async function withSavepoint<T>(
  client: pg.PoolClient,
  run: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  await client.query('SAVEPOINT banyan_nested');
  try {
    const result = await run(client);
    await client.query('RELEASE SAVEPOINT banyan_nested');
    return result;
  } catch (error) {
    if (client instanceof TransactionClient) client.drop();
    await client
      .query('ROLLBACK TO SAVEPOINT banyan_nested; RELEASE SAVEPOINT banyan_nested')
      .catch(() => {});
    throw error;
  }
}

function beginStatement({ isolation, readOnly }: TransactionOptions): string {
  const parts = ['BEGIN'];
  if (isolation) parts.push(`ISOLATION LEVEL ${isolation.toUpperCase()}`);
  if (readOnly) parts.push('READ ONLY');
  return parts.join(' ');
}

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';

function isRetryable(error: unknown): boolean {
  const code = errorCode(error);
  return code === SERIALIZATION_FAILURE || code === DEADLOCK_DETECTED;
}

function isPool(target: pg.Pool | pg.PoolClient): target is pg.Pool {
  return 'totalCount' in target;
}
