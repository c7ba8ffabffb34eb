import { errorCode, PostgresError } from '@banyan/postgres';
import { isConnectionError } from '../apply/apply-errors.ts';
import { ReplicationError } from '../errors.ts';

/** The source's connection was lost in the midst of a transaction that is partly applied. */
export class Restart extends Error {}

/** Of a change that a server which is there ends, before it is said that they come to nothing. */
export const TRIES = 8;

/** By a server that is there and takes connections. */
export function isSaidByTarget(error: unknown): boolean {
  const code = errorCode(error) ?? '';
  return /^(25P|40|53[124]|55P|57014|58)/.test(code);
}

export function isRetryable(error: unknown): boolean {
  if (error instanceof Restart) return true;
  if (error instanceof PostgresError) return false;
  return isConnectionError(error) || (error as { code?: string }).code === ORIGIN_IN_USE;
}

export function translate(error: unknown): unknown {
  if (!(error instanceof PostgresError)) return error;
  if (error.code === 'WAL_SLOT_MISSING' || error.code === 'WAL_SLOT_LOST')
    return new ReplicationError('SLOT_LOST', error.details, error);
  if (error.code === 'WAL_SLOT_AHEAD') return new ReplicationError('SLOT_AHEAD', error.details, error);
  return error;
}

const ORIGIN_IN_USE = '55006';
