import { errorCode, formatLsn, type Lsn, PostgresError } from '@banyan/postgres';
import { ReplicationError } from '../errors.ts';
import type { SourceTransaction } from '../stream/transaction.ts';

/** The set cannot be applied as a set; says nothing about whether its changes can be applied. */
export class Anomaly extends Error {}

/** Says itself what is wrong and how to put it right. */
export type Final = ReplicationError | PostgresError;

export function isFinal(error: unknown): error is Final {
  return error instanceof ReplicationError || error instanceof PostgresError;
}

/** A transaction too large to hold in memory needs care: read it again from the source. */
export class Oversized extends Error {
  readonly finalLsn: Lsn;
  constructor(finalLsn: Lsn) {
    super('A large transaction has to be applied change by change');
    this.finalLsn = finalLsn;
  }
}

/** Integrity violations, data exceptions, "cannot affect row a second time". */
export function isAnomaly(error: unknown): boolean {
  const code = errorCode(error) ?? '';
  return error instanceof Anomaly || /^(23|22|21)/.test(code);
}

/**
 * Errors without an SQLSTATE come from the socket. The others say nothing of the change: the server ends or somebody cancels
 * (57), runs out of something (53, 58), two stand in one another's way (40), or a time limit is over.
 */
export function isConnectionError(error: unknown): boolean {
  const ours = [Anomaly, ReplicationError, PostgresError, Oversized, TypeError, RangeError];
  if (ours.some((kind) => error instanceof kind)) return false;
  const code = errorCode(error) ?? '';
  return !/^[0-9A-Z]{5}$/.test(code) || /^(08|40|53|57|58)/.test(code) || LIMITS.has(code);
}

/** Others hold rows that the transaction needs: it was not waited for any longer, or the two stood in one another's way. */
export function isLockedOut(error: unknown): boolean {
  return LOCKED_OUT.has(errorCode(error) ?? '');
}

const LOCKED_OUT = new Set(['55P03', '40P01']);

/** lock_timeout, idle_in_transaction_session_timeout, transaction_timeout. */
const LIMITS = new Set(['55P03', '25P03', '25P04']);

export function failed(error: unknown, transaction: SourceTransaction): unknown {
  if (isFinal(error)) return error;
  const { message, table, column, constraint, detail } = error as Record<string, string | undefined>;
  const facts = Object.fromEntries(
    Object.entries({ says: message, table, column, constraint, detail }).filter(([, fact]) => fact),
  );
  return new ReplicationError(
    'APPLY_FAILED',
    { ...facts, transaction: formatLsn(transaction.finalLsn) },
    error,
  );
}
