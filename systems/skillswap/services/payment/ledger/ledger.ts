/** The ledger: what moves credits, each thing once for its key, in a transaction of `inLedger`. */
import { hash, randomUUID } from 'node:crypto';
import { type Db, errorCode, withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import type { AccountKind, AccountName, Books, Decision, Hold, Line, Moved } from './decide.ts';
import * as decide from './decide.ts';
import { errors } from './errors.ts';
import * as store from './store.ts';

type Tx = pg.PoolClient;

/** `replayed`: it was done before, for the same key. */
export type Posted = { id: string; lines: Line[]; replayed: boolean };

class AccountsMissing extends Error {
  readonly accounts: readonly AccountName[];

  constructor(accounts: readonly AccountName[]) {
    super(`Accounts are missing: ${accounts.map(decide.nameOf).join(', ')}`);
    this.accounts = accounts;
  }
}

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

export type HoldRequest = {
  key: string;
  owner: string;
  amount: number;
  expiresAt: Date;
  reference?: string | null;
};

/** Throws `INSUFFICIENT_CREDITS`, `WALLET_STOPPED`, `KEY_REUSED`. */
export async function hold(tx: Tx, request: HoldRequest): Promise<{ hold: Hold; replayed: boolean }> {
  const { key, owner, amount, expiresAt, reference = null } = request;
  const fingerprint = fingerprintOf('hold', owner, amount, reference);
  const { books, earlier } = await store.lock(tx, [{ kind: 'WALLET', owner }], { key, of: 'holds' });
  if (earlier) {
    checkSame(earlier, fingerprint);
    return { hold: (await store.findHold(tx, earlier.id))!, replayed: true };
  }
  const moved = granted(decide.hold(books, owner, amount));
  const made = { id: randomUUID(), owner, amount, reference, expiresAt };
  await store.insertHold(tx, { ...made, key, fingerprint });
  await store.write(tx, books, moved, undefined);
  return { hold: { ...made, captured: 0, state: 'ACTIVE' }, replayed: false };
}

export type CaptureRequest = {
  key: string;
  holdId: string;
  to: string;
  /** Default: all of it. What is left is given back. */
  amount?: number;
  now: Date;
};

/**
 * Transfers what a hold has set aside, or a part of it, without the fee. Throws `HOLD_NOT_FOUND`, `HOLD_ENDED`, `HOLD_EXPIRED`, `BEYOND_HOLD`,
 * `SAME_WALLET`, `WALLET_STOPPED`, `KEY_REUSED`.
 */
export async function capture(tx: Tx, request: CaptureRequest): Promise<Posted & { hold: Hold }> {
  const { key, holdId, to, now } = request;
  const fingerprint = fingerprintOf('capture', holdId, to, request.amount ?? null);
  const fees = platformAccount();
  const names = [...walletOf(to), { kind: 'FEES', owner: fees } as const];
  const { books, earlier, hold: held } = await store.lock(tx, names, { holdId, key, of: 'postings' });
  if (!held) throw errors('HOLD_NOT_FOUND');
  if (earlier) return { ...(await replay(tx, earlier, fingerprint)), hold: held };
  if (held.owner === to) throw errors('SAME_WALLET');
  const amount = request.amount ?? held.amount;
  const moved = granted(decide.capture(books, { hold: held, to, amount, fees, now }));
  await store.endHold(tx, { id: holdId, state: 'CAPTURED', captured: amount });
  const posted = await writePosting(tx, books, moved, {
    ...{ kind: 'TRANSFER', key, fingerprint, holdId },
    reference: held.reference,
  });
  return { ...posted, hold: { ...held, state: 'CAPTURED', captured: amount } };
}

/** Gives all of a hold back; again is no error. Throws `HOLD_NOT_FOUND`, `HOLD_ENDED` (by a capture), `WALLET_STOPPED`. */
export async function release(
  tx: Tx,
  holdId: string,
  state: 'RELEASED' | 'EXPIRED' = 'RELEASED',
): Promise<{ hold: Hold; replayed: boolean }> {
  const key = `hold:${holdId}:debt`;
  const { books, hold: held } = await store.lock(tx, [], { holdId, key, of: 'postings' });
  if (!held) throw errors('HOLD_NOT_FOUND');
  if (held.state === 'RELEASED' || held.state === 'EXPIRED') return { hold: held, replayed: true };
  const moved = granted(decide.release(books, held));
  await store.endHold(tx, { id: holdId, state, captured: 0 });
  // What becomes available pays what is owed.
  const fingerprint = fingerprintOf('release', holdId);
  await writePosting(tx, books, moved, { kind: 'DEBT_PAYMENT', key, fingerprint, reference: held.reference });
  return { hold: { ...held, state }, replayed: false };
}

export type PostRequest = {
  key: string;
  kind: string;
  /** 0 together. */
  lines: readonly Line[];
  reference?: string | null;
  /** What a wallet does not have is owed from then on, instead of being refused. */
  owing?: boolean;
};

/** Throws `INSUFFICIENT_CREDITS`, `WALLET_STOPPED`, `KEY_REUSED`. */
export async function post(tx: Tx, request: PostRequest): Promise<Posted> {
  const { key, kind, lines, reference = null, owing = false } = request;
  // The platform's account is chosen anew each time.
  const asked = lines.map((line) => [line.kind, isOfSomebody(line.kind) ? line.owner : '', line.amount]);
  const fingerprint = fingerprintOf(kind, reference, owing, ...asked.flat());
  const { books, earlier } = await store.lock(tx, namesIn(lines), { key, of: 'postings' });
  if (earlier) return await replay(tx, earlier, fingerprint);
  const moved = granted(decide.move(books, { lines, owing }));
  return await writePosting(tx, books, moved, { kind, key, fingerprint, reference });
}

/**
 * Undoes a posting by one that is its opposite: the only way to correct anything. What wallets have spent meanwhile they owe, or with `owing: false`
 * it is refused. Throws `POSTING_NOT_FOUND`, `ALREADY_REVERSED`, `INSUFFICIENT_CREDITS`, `WALLET_STOPPED`, `KEY_REUSED`.
 */
export async function reverse(
  tx: Tx,
  {
    key,
    postingId,
    reference = null,
    owing = true,
  }: { key: string; postingId: string; reference?: string | null; owing?: boolean },
): Promise<Posted> {
  const original = await store.findPosting(tx, postingId);
  if (!original) throw errors('POSTING_NOT_FOUND');
  const lines = decide.reversed(await store.linesOf(tx, postingId));
  const fingerprint = fingerprintOf('reverse', postingId);
  const { books, earlier } = await store.lock(tx, namesIn(lines), { key, of: 'postings' });
  if (earlier) return await replay(tx, earlier, fingerprint);
  if (original.reverses !== null || (await store.isReversed(tx, postingId))) throw errors('ALREADY_REVERSED');
  const moved = granted(decide.move(books, { lines, owing }));
  const posting = { kind: 'REVERSAL', key, fingerprint, reference, reverses: postingId };
  return await writePosting(tx, books, moved, posting);
}

async function writePosting(
  tx: Tx,
  books: Books,
  moved: Moved,
  posting: Omit<store.NewPosting, 'id'>,
): Promise<Posted> {
  const id = randomUUID();
  await store.write(tx, books, moved, { id, ...posting });
  return { id, lines: moved.lines, replayed: false };
}

async function replay(tx: Tx, earlier: store.Earlier, fingerprint: string): Promise<Posted> {
  checkSame(earlier, fingerprint);
  return { id: earlier.id, lines: await store.linesOf(tx, earlier.id), replayed: true };
}

function checkSame(earlier: store.Earlier, fingerprint: string): void {
  if (earlier.fingerprint !== fingerprint) throw errors('KEY_REUSED');
}

function granted(decision: Decision): Moved {
  if (decision.is === 'moved') return decision;
  if (decision.is === 'missing') throw new AccountsMissing(decision.accounts);
  const { is: _is, why, ...fields } = decision;
  throw errors(why, { fields });
}

/** With what its owner may owe. */
function walletOf(owner: string): AccountName[] {
  return [
    { kind: 'WALLET', owner },
    { kind: 'DEBT', owner },
  ];
}

function namesIn(lines: readonly Line[]): AccountName[] {
  return lines.flatMap(({ kind, owner }) => (isOfSomebody(kind) ? walletOf(owner) : [{ kind, owner }]));
}

function isOfSomebody(kind: AccountKind): boolean {
  return kind === 'WALLET' || kind === 'DEBT';
}

function fingerprintOf(...asked: (string | number | boolean | null)[]): string {
  return hash('sha256', JSON.stringify(asked), 'base64url');
}

const UNIQUE_VIOLATION = '23505';

function isKeyTaken(error: unknown): boolean {
  const { constraint } = error as { constraint?: string };
  return (
    errorCode(error) === UNIQUE_VIOLATION &&
    ['postings_key_key', 'holds_key_key', 'postings_reverses_key'].includes(constraint ?? '')
  );
}
