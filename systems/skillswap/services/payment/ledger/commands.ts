/** What can be asked of the ledger. Each has one effect for its key, for ever. */
import { hash } from 'node:crypto';
import type pg from 'pg';
import { v7 as newId } from 'uuid';
import type { AccountKind, AccountName, Books, Decision, Hold, Line, Moved } from './decide.ts';
import * as decide from './decide.ts';
import { errors } from './errors.ts';
import type { EndedHold, NewHold, NewPosting } from './store.ts';
import { findPosting, linesOf } from './store.ts';

/** What is known when its turn comes, of what it names. */
type Known = {
  books: Books;
  hold: Hold | undefined;
  isReversed: boolean;
  /** The platform's account that keeps the fees of this transaction. */
  fees: string;
};

/** What it does; or, where it was done before in another way than by its key, only how the hold is. */
type Effect = {
  moved?: Moved;
  posting?: Pick<NewPosting, 'kind' | 'reference' | 'holdId' | 'reverses'>;
  newHold?: Omit<NewHold, 'key' | 'fingerprint'>;
  endedHold?: EndedHold;
  /** As it is after it. */
  hold?: Hold;
};

export type Command = {
  key: string;
  /** Where its key is kept. */
  of: 'postings' | 'holds';
  /** Of what is asked for with the key. */
  fingerprint: string;
  /** All that it may move something in, besides its hold's owner's. */
  names: readonly AccountName[];
  takesFee?: boolean;
  holdId?: string;
  reverses?: string;
  /** Throws why it may not be, or `AccountsMissing`. */
  decide(known: Known): Effect;
};

export class AccountsMissing extends Error {
  readonly accounts: readonly AccountName[];

  constructor(accounts: readonly AccountName[]) {
    super(`Accounts are missing: ${accounts.map(decide.nameOf).join(', ')}`);
    this.accounts = accounts;
  }
}

export type HoldRequest = {
  key: string;
  owner: string;
  amount: number;
  expiresAt: Date;
  reference?: string | null;
};

/** Sets credits aside. Refused by `INSUFFICIENT_CREDITS`, `WALLET_STOPPED`, `KEY_REUSED`. */
export function toHold({ key, owner, amount, expiresAt, reference = null }: HoldRequest): Command {
  return {
    key,
    of: 'holds',
    fingerprint: fingerprintOf('hold', owner, amount, reference),
    names: [{ kind: 'WALLET', owner }],
    decide: ({ books }) => {
      const moved = granted(decide.hold(books, owner, amount));
      const newHold = { id: newId(), owner, amount, reference, expiresAt };
      return { moved, newHold, hold: { ...newHold, captured: 0, state: 'ACTIVE' } };
    },
  };
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
 * Transfers what a hold has set aside, or a part of it, without the fee. Refused by `HOLD_NOT_FOUND`, `HOLD_ENDED`, `HOLD_EXPIRED`, `BEYOND_HOLD`,
 * `SAME_WALLET`, `WALLET_STOPPED`, `KEY_REUSED`.
 */
export function toCapture({ key, holdId, to, amount: wanted, now }: CaptureRequest): Command {
  return {
    key,
    of: 'postings',
    fingerprint: fingerprintOf('capture', holdId, to, wanted ?? null),
    names: walletOf(to),
    takesFee: true,
    holdId,
    decide: ({ books, hold, fees }) => {
      if (!hold) throw errors('HOLD_NOT_FOUND');
      if (hold.owner === to) throw errors('SAME_WALLET');
      const captured = wanted ?? hold.amount;
      const moved = granted(decide.capture(books, { hold, to, amount: captured, fees, now }));
      return {
        moved,
        posting: { kind: 'TRANSFER', reference: hold.reference, holdId },
        endedHold: { id: holdId, state: 'CAPTURED', captured },
        hold: { ...hold, state: 'CAPTURED', captured },
      };
    },
  };
}

/** Gives all of a hold back; again is no error. Refused by `HOLD_NOT_FOUND`, `HOLD_ENDED` (by a capture), `WALLET_STOPPED`. */
export function toRelease(holdId: string, state: 'RELEASED' | 'EXPIRED' = 'RELEASED'): Command {
  return {
    // Of what of it pays what is owed, where something is.
    key: `hold:${holdId}:debt`,
    of: 'postings',
    fingerprint: fingerprintOf('release', holdId),
    names: [],
    holdId,
    decide: ({ books, hold }) => {
      if (!hold) throw errors('HOLD_NOT_FOUND');
      if (hold.state === 'RELEASED' || hold.state === 'EXPIRED') return { hold };
      return {
        moved: granted(decide.release(books, hold)),
        posting: { kind: 'DEBT_PAYMENT', reference: hold.reference },
        endedHold: { id: holdId, state, captured: 0 },
        hold: { ...hold, state },
      };
    },
  };
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

/** Refused by `INSUFFICIENT_CREDITS`, `WALLET_STOPPED`, `KEY_REUSED`. */
export function toPost({ key, kind, lines, reference = null, owing = false }: PostRequest): Command {
  // The platform's account is chosen anew each time.
  const asked = lines.map((line) => [line.kind, isOfSomebody(line.kind) ? line.owner : '', line.amount]);
  return {
    key,
    of: 'postings',
    fingerprint: fingerprintOf(kind, reference, owing, ...asked.flat()),
    names: namesIn(lines),
    decide: ({ books }) => ({
      moved: granted(decide.move(books, { lines, owing })),
      posting: { kind, reference },
    }),
  };
}

export type ReverseRequest = { key: string; postingId: string; reference?: string | null; owing?: boolean };

/**
 * Undoes a posting by one that is its opposite: the only way to correct anything. What wallets have spent meanwhile they owe, or with `owing: false`
 * it is refused. Refused by `ALREADY_REVERSED`, `INSUFFICIENT_CREDITS`, `WALLET_STOPPED`, `KEY_REUSED`; throws `POSTING_NOT_FOUND`.
 */
export async function toReverse(tx: pg.PoolClient, request: ReverseRequest): Promise<Command> {
  const { key, postingId, reference = null, owing = true } = request;
  const original = await findPosting(tx, postingId);
  if (!original) throw errors('POSTING_NOT_FOUND');
  const lines = decide.reversed(await linesOf(tx, postingId));
  return {
    key,
    of: 'postings',
    fingerprint: fingerprintOf('reverse', postingId),
    names: namesIn(lines),
    reverses: postingId,
    decide: ({ books, isReversed }) => {
      if (original.reverses !== null || isReversed) throw errors('ALREADY_REVERSED');
      const moved = granted(decide.move(books, { lines, owing }));
      return { moved, posting: { kind: 'REVERSAL', reference, reverses: postingId } };
    },
  };
}

function granted(decision: Decision): Moved {
  if (decision.is === 'moved') return decision;
  if (decision.is === 'missing') throw new AccountsMissing(decision.accounts);
  throw errors(decision.why);
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
