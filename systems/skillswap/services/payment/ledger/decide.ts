/** What may move between accounts, and what it does to them: pure. */
import { divided } from '../../../kit/credits/prices.ts';

export type AccountKind =
  /** Credits that somebody can spend. */
  | 'WALLET'
  /** What somebody owes: never above 0, and only ever below it while nothing in their wallet is available. */
  | 'DEBT'
  /** What the platform has kept of transfers. */
  | 'FEES'
  /** Where credits that were bought come from, and go when they are paid out. */
  | 'ISSUED'
  /** Where credits come from that nobody has paid for. */
  | 'PROMOTIONS'
  /** On their way to somebody's bank. */
  | 'PAYOUTS'
  /** Where wallets that another system had come from. */
  | 'OPENING';

export type AccountName = { kind: AccountKind; owner: string };

export type Account = AccountName & {
  id: string;
  balance: number;
  held: number;
  /** Number of its newest entry. */
  version: number;
  stopped: string | null;
};

export type Hold = {
  id: string;
  owner: string;
  amount: number;
  captured: number;
  state: 'ACTIVE' | 'CAPTURED' | 'RELEASED' | 'EXPIRED';
  reference: string | null;
  expiresAt: Date;
};

/** Credits that come to an account, or go from it (below 0). */
export type Line = AccountName & { amount: number };

/** What is known of the accounts that somebody wants to move something between. */
export type Books = { get(name: AccountName): Account | undefined };

/** Books in which what was decided is done: what comes after it is decided by that. */
export type OpenBooks = Books & { apply(moved: Moved): void };

type Refusal =
  | {
      is: 'refused';
      why: 'INSUFFICIENT_CREDITS' | 'WALLET_STOPPED' | 'HOLD_ENDED' | 'HOLD_EXPIRED' | 'BEYOND_HOLD';
    }
  /** These have to be made first. */
  | { is: 'missing'; accounts: AccountName[] };

/** `held`: by how much the holds of the wallet named change. */
export type Moved = { is: 'moved'; lines: Line[]; held?: { owner: string; by: number } };

export type Decision = Moved | Refusal;

/** What may be spent or held: never below 0. */
function available({ balance, held }: Pick<Account, 'balance' | 'held'>): number {
  return balance - held;
}

/** Sets credits of a wallet aside. */
export function hold(books: Books, owner: string, amount: number): Decision {
  const wallet = books.get({ kind: 'WALLET', owner });
  if (!wallet) return missing({ kind: 'WALLET', owner });
  if (isStopped(wallet)) return { is: 'refused', why: 'WALLET_STOPPED' };
  if (available(wallet) < amount) return { is: 'refused', why: 'INSUFFICIENT_CREDITS' };
  return { is: 'moved', lines: [], held: { owner, by: amount } };
}

/** Ends a hold by giving all of it back. */
export function release(books: Books, held: Hold): Decision {
  return move(books, { lines: [], hold: held });
}

/** Ends a hold by a transfer of a part of it, or of all; the rest is given back. */
export function capture(
  books: Books,
  { hold: held, to, amount, fees, now }: { hold: Hold; to: string; amount: number; fees: string; now: Date },
): Decision {
  if (held.state === 'ACTIVE' && held.expiresAt <= now) return { is: 'refused', why: 'HOLD_EXPIRED' };
  if (amount > held.amount) return { is: 'refused', why: 'BEYOND_HOLD' };
  return move(books, { lines: transferLines({ from: held.owner, to, amount, fees }), hold: held });
}

/** What the provider gets and the fee are the amount. */
function transferLines(transfer: { from: string; to: string; amount: number; fees: string }): Line[] {
  const { from, to, amount, fees } = transfer;
  const { fee, provider } = divided(amount);
  return [
    { kind: 'WALLET', owner: from, amount: -amount },
    { kind: 'WALLET', owner: to, amount: provider },
    { kind: 'FEES', owner: fees, amount: fee },
  ];
}

export type Movement = {
  /** 0 together. */
  lines: readonly Line[];
  /** Ends with it, whatever part of it the lines spend. */
  hold?: Hold;
  /** What a wallet does not have is owed; else it is refused. */
  owing?: boolean;
};

/**
 * Moves credits. Wallets spend what is available and no more; who owes something pays that first, out of whatever becomes available.
 * Throws if the lines are not whole numbers, or not 0 together.
 */
export function move(books: Books, { lines, hold: ended, owing = false }: Movement): Decision {
  if (ended && ended.state !== 'ACTIVE') return { is: 'refused', why: 'HOLD_ENDED' };
  const net = netOf(lines);
  // What becomes available of a hold may pay what is owed.
  if (ended) lineOf(net, { kind: 'WALLET', owner: ended.owner });
  // Who owes again what was paid of a debt pays it with what they have.
  for (const { kind, owner } of [...net.values()])
    if (kind === 'DEBT') lineOf(net, { kind: 'WALLET', owner });
  const touched = [...net.values()];
  if (touched.some((name) => isStopped(books.get(name)))) return { is: 'refused', why: 'WALLET_STOPPED' };
  const absent = touched.filter((name) => !books.get(name));
  if (absent.length > 0) return missing(...absent);

  for (const wallet of touched.filter(({ kind }) => kind === 'WALLET')) {
    const { owner } = wallet;
    const debt = { kind: 'DEBT', owner } as const;
    const spendable = available(books.get(wallet)!) + (ended?.owner === owner ? ended.amount : 0);
    const left = spendable + wallet.amount;
    if (left < 0 && !owing) return { is: 'refused', why: 'INSUFFICIENT_CREDITS' };
    const owed = -((books.get(debt)?.balance ?? 0) + (net.get(nameOf(debt))?.amount ?? 0));
    // Either nothing is owed or nothing is available.
    const paid = left - Math.max(left - owed, 0);
    if (paid === 0) continue;
    if (!books.get(debt)) return missing(debt);
    wallet.amount -= paid;
    lineOf(net, debt).amount += paid;
  }
  const moved = [...net.values()].filter(({ amount }) => amount !== 0);
  return {
    is: 'moved',
    lines: moved,
    ...(ended && { held: { owner: ended.owner, by: -ended.amount } }),
  };
}

export function openBooks(accounts: readonly Account[]): OpenBooks {
  const known = new Map(accounts.map((account) => [nameOf(account), account]));
  const change = (name: AccountName, amount: number, held: number) => {
    const account = known.get(nameOf(name))!;
    known.set(nameOf(name), {
      ...account,
      balance: account.balance + amount,
      held: account.held + held,
      version: account.version + (amount === 0 ? 0 : 1),
    });
  };
  return {
    get: (name) => known.get(nameOf(name)),
    apply: ({ lines, held }) => {
      for (const line of lines) change(line, line.amount, 0);
      if (held) change({ kind: 'WALLET', owner: held.owner }, 0, held.by);
    },
  };
}

/** What undoes lines. */
export function reversed(lines: readonly Line[]): Line[] {
  return lines.map((line) => ({ ...line, amount: -line.amount }));
}

/** One line for each account, by its name. */
function netOf(lines: readonly Line[]): Map<string, Line> {
  const net = new Map<string, Line>();
  for (const line of lines) lineOf(net, line).amount += line.amount;
  const sum = lines.reduce((all, { amount }) => all + amount, 0);
  if (sum !== 0 || !lines.every(({ amount }) => Number.isSafeInteger(amount)))
    throw new RangeError(`Lines of whole credits are 0 together: ${JSON.stringify(lines)}`);
  return net;
}

/** Makes one of 0 where there is none. */
function lineOf(net: Map<string, Line>, { kind, owner }: AccountName): Line {
  const name = nameOf({ kind, owner });
  const line = net.get(name) ?? { kind, owner, amount: 0 };
  net.set(name, line);
  return line;
}

/** The platform's accounts are never in anybody's way. */
function isStopped(account: Account | undefined): boolean {
  return account?.stopped != null && (account.kind === 'WALLET' || account.kind === 'DEBT');
}

function missing(...accounts: AccountName[]): Refusal {
  return { is: 'missing', accounts };
}

export function nameOf({ kind, owner }: AccountName): string {
  return `${kind}:${owner}`;
}
