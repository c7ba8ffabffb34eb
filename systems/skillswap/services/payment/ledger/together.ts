import { AsyncLocalStorage } from 'node:async_hooks';
import { type Db, errorCode } from '@banyan/postgres';
import type pg from 'pg';
import type { Command } from './commands.ts';
import { errors } from './errors.ts';
import { type Done, inLedger, runAll } from './ledger.ts';
import { isWriterUntilEnd } from './writer.ts';

/** What is to be written with it, in its transaction; not where it was done before. It may be called again if the transaction is. */
type Also = (tx: pg.PoolClient, done: Done) => Promise<void>;

/** Does a command of the ledger. Throws what refuses it, and `NOT_WRITER` where it is only for the writer and this is not it, see `inLedgerAsWriter`. */
export type Together = (command: Command, also?: Also, only?: 'writer') => Promise<Done>;

export type TogetherOptions = {
  /** Commands in one transaction, at most. */
  most?: number;
  /** Transactions at the same time, each on a connection. */
  lanes?: number;
};

type Waiting = {
  command: Command;
  also: Also;
  isForWriter: boolean;
  resolve(done: Done): void;
  reject(reason: unknown): void;
};

/**
 * Commits in groups: what waits while all lanes are busy is done in one transaction, as soon as one is free; what comes when one is free
 * waits for nothing. What one is refused, or what fails in its way, does not touch the others.
 */
export function together(pool: Db, { most = 100, lanes = 2 }: TogetherOptions = {}): Together {
  const waiting: Waiting[] = [];
  let free = lanes;
  let isCalled = false;

  /** Not before what comes in the same turn is there. */
  function call(): void {
    if (isCalled) return;
    isCalled = true;
    setImmediate(begin);
  }

  function begin(): void {
    isCalled = false;
    while (free > 0 && waiting.length > 0) {
      const group = waiting.splice(0, sizeOfGroup(waiting.length, free, most));
      free--;
      void commit(pool, group).finally(() => {
        free++;
        call();
      });
    }
  }

  return async (command, also = async () => {}, only) => {
    const { promise, resolve, reject } = Promise.withResolvers<Done>();
    // Messages belong to whoever asked, not to whose turn it was.
    const inScope = AsyncLocalStorage.snapshot();
    waiting.push({
      ...{ command, resolve, reject, isForWriter: only === 'writer' },
      also: (tx, done) => inScope(also, tx, done),
    });
    call();
    return await promise;
  };
}

/**
 * A lane's share of what waits, so that one is decided while the other is written; but no less than makes up for what a transaction
 * costs whatever is in it.
 */
function sizeOfGroup(waiting: number, free: number, most: number): number {
  return Math.min(most, Math.max(LEAST_SHARE, Math.ceil(waiting / free)));
}

const LEAST_SHARE = 8;

async function commit(pool: Db, group: readonly Waiting[]): Promise<void> {
  try {
    const outcomes = await inLedger(pool, async (tx) => {
      const mayAll = group.every(({ isForWriter }) => !isForWriter) || (await isWriterUntilEnd(tx));
      const allowed = mayAll ? group : group.filter(({ isForWriter }) => !isForWriter);
      const outcomes = await runAll(
        tx,
        allowed.map(({ command }) => command),
      );
      for (const [index, outcome] of outcomes.entries())
        if (outcome.status === 'fulfilled' && !outcome.value.replayed)
          await allowed[index]!.also(tx, outcome.value);
      return new Map(outcomes.map((outcome, index) => [allowed[index]!, outcome]));
    });
    for (const one of group) {
      const outcome = outcomes.get(one);
      if (outcome?.status === 'fulfilled') one.resolve(outcome.value);
      else one.reject(outcome ? outcome.reason : errors('NOT_WRITER'));
    }
  } catch (error) {
    // Of one of them perhaps, nobody knows which: then it fails by itself. By their keys none is done twice, if COMMIT was done after all.
    if (group.length > 1 && !isOfServer(error))
      await Promise.all(group.map(async (one) => await commit(pool, [one])));
    else for (const { reject } of group) reject(error);
  }
}

/** Not of what was asked for, but of the connection or the server: it would fail for each alone. */
function isOfServer(error: unknown): boolean {
  const code = errorCode(error) ?? '';
  return code === 'POOL_EXHAUSTED' || /^(?:08|53|57)...$/.test(code) || /^E[A-Z]+$/.test(code);
}
