/** The ledger: what moves credits, each thing once for its key, in a transaction of `inLedger`; any number of things in one. */

import { type Db, errorCode, withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import { v7 as newId } from 'uuid';
import {
  AccountsMissing,
  type CaptureRequest,
  type Command,
  type HoldRequest,
  type PostRequest,
  type ReverseRequest,
  toCapture,
  toHold,
  toPost,
  toRelease,
  toReverse,
} from './commands.ts';
import type { AccountName, Hold, Line } from './decide.ts';
import { errors } from './errors.ts';
import * as store from './store.ts';

type Tx = pg.PoolClient;

/** `replayed`: it was done before, for the same key. */
export type Posted = { id: string; lines: Line[]; replayed: boolean };

/** `hold`: how it is now, of what has to do with one. */
export type Done = Posted & { hold?: Hold };

const MOST_ATTEMPTS = 6;

/**
 * Runs `run` in a transaction; again after a deadlock, after accounts were missing, and after somebody else was quicker with the same key.
 * `run` must bear that.
 */
export async function inLedger<T>(pool: Db, run: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await withTransaction(pool, run, { retries: 5 });
    } catch (error) {
      if (attempt === MOST_ATTEMPTS) throw error;
      if (error instanceof AccountsMissing) await store.openAccounts(pool, error.accounts);
      else if (!isKeyTaken(error)) throw error;
    }
  }
}

/** One of the accounts of a kind of the platform, by chance: transfers seldom wait for one another there. */
export function platformAccount(): string {
  return `00000000-0000-0000-0000-00000000000${Math.floor(Math.random() * 16).toString(16)}`;
}

/**
 * Does several things, one after the other as they come, by as many statements as one of them takes. What one is refused does
 * nothing, and the others go on.
 */
export async function runAll(tx: Tx, commands: readonly Command[]): Promise<PromiseSettledResult<Done>[]> {
  const fees = platformAccount();
  const { books, holds, earlier, reversed } = await store.lock(tx, askedBy(commands, fees));
  const writes = store.noWrites();
  const missing: AccountName[] = [];

  const decideOne = (command: Command): Done | store.Earlier => {
    const { key, of, fingerprint, holdId, reverses } = command;
    const known = earlier[of].get(key);
    if (known && known.fingerprint !== fingerprint) throw errors('KEY_REUSED');
    if (known) return known;
    const effect = command.decide({
      ...{ books, fees, hold: holds.get(holdId!) },
      isReversed: reverses !== undefined && reversed.has(reverses),
    });
    const { moved, posting, newHold, endedHold, hold } = effect;
    if (!moved) return { id: holdId!, lines: [], hold, replayed: true };
    const id = newHold?.id ?? newId();
    store.add(writes, books, moved, {
      ...(posting && moved.lines.length > 0 && { posting: { id, key, fingerprint, ...posting } }),
      ...(newHold && { newHold: { key, fingerprint, ...newHold } }),
      ...(endedHold && { endedHold }),
    });
    books.apply(moved);
    // Those that come after it are told of it.
    if (newHold || moved.lines.length > 0) earlier[of].set(key, { id, fingerprint });
    if (hold) holds.set(hold.id, hold);
    if (reverses !== undefined) reversed.add(reverses);
    return { id, lines: moved.lines, hold, replayed: false };
  };

  const decided = commands.map((command): PromiseSettledResult<Done | store.Earlier> => {
    try {
      return { status: 'fulfilled', value: decideOne(command) };
    } catch (reason) {
      if (reason instanceof AccountsMissing) missing.push(...reason.accounts);
      return { status: 'rejected', reason };
    }
  });
  if (missing.length > 0) throw new AccountsMissing(missing);
  await store.write(tx, writes);

  const outcomes: PromiseSettledResult<Done>[] = [];
  for (const [index, outcome] of decided.entries()) {
    if (outcome.status === 'rejected') outcomes.push(outcome);
    else if ('replayed' in outcome.value) outcomes.push({ status: 'fulfilled', value: outcome.value });
    else
      outcomes.push({ status: 'fulfilled', value: await replay(tx, commands[index]!, outcome.value, holds) });
  }
  return outcomes;
}

/** Throws `INSUFFICIENT_CREDITS`, `WALLET_STOPPED`, `KEY_REUSED`. */
export async function hold(tx: Tx, request: HoldRequest): Promise<{ hold: Hold; replayed: boolean }> {
  const { hold, replayed } = await run(tx, toHold(request));
  return { hold: hold!, replayed };
}

/** Throws what `toCapture` says. */
export async function capture(tx: Tx, request: CaptureRequest): Promise<Posted & { hold: Hold }> {
  const { hold, ...posted } = await run(tx, toCapture(request));
  return { ...posted, hold: hold! };
}

/** Throws what `toRelease` says. */
export async function release(
  tx: Tx,
  holdId: string,
  state?: 'RELEASED' | 'EXPIRED',
): Promise<{ hold: Hold; replayed: boolean }> {
  const { hold, replayed } = await run(tx, toRelease(holdId, state));
  return { hold: hold!, replayed };
}

/** Throws what `toPost` says. */
export async function post(tx: Tx, request: PostRequest): Promise<Posted> {
  return await run(tx, toPost(request));
}

/** Throws what `toReverse` says. */
export async function reverse(tx: Tx, request: ReverseRequest): Promise<Posted> {
  return await run(tx, await toReverse(tx, request));
}

async function run(tx: Tx, command: Command): Promise<Done> {
  const [outcome] = await runAll(tx, [command]);
  if (outcome!.status === 'rejected') throw outcome!.reason;
  return outcome!.value;
}

function askedBy(commands: readonly Command[], fees: string): store.Asked {
  const names = commands.flatMap((command) => command.names);
  if (commands.some(({ takesFee }) => takesFee)) names.push({ kind: 'FEES', owner: fees });
  const keys = (kept: Command['of']) => commands.filter(({ of }) => of === kept).map(({ key }) => key);
  return {
    names,
    holdIds: commands.flatMap(({ holdId }) => holdId ?? []),
    keys: { postings: keys('postings'), holds: keys('holds') },
    reverses: commands.flatMap(({ reverses }) => reverses ?? []),
  };
}

/** What was made of it the first time. */
async function replay(
  tx: Tx,
  { of, holdId }: Command,
  { id }: store.Earlier,
  holds: ReadonlyMap<string, Hold>,
): Promise<Done> {
  if (of === 'holds') return { id, lines: [], hold: await store.findHold(tx, id), replayed: true };
  return { id, lines: await store.linesOf(tx, id), hold: holds.get(holdId!), replayed: true };
}

const UNIQUE_VIOLATION = '23505';

function isKeyTaken(error: unknown): boolean {
  const { constraint } = error as { constraint?: string };
  return (
    errorCode(error) === UNIQUE_VIOLATION &&
    ['postings_key_key', 'holds_key_key', 'postings_reverses'].includes(constraint ?? '')
  );
}
