import { errorCode, PostgresError, type PostgresErrorCode } from '../errors.ts';

export interface Fault {
  error: PostgresError;
  /** Whether trying again may help without anybody mending anything first. */
  retry: boolean;
}

/** Puts anything that ended a replication session into a class: worth another try or not, and how to mend it. */
export function classifyFault(cause: unknown, slot: string): Fault {
  if (cause instanceof PostgresError) return { error: cause, retry: RETRIED.has(cause.code) };
  const sqlState = errorCode(cause);
  const message = cause instanceof Error ? cause.message : String(cause);
  const code = byMessage(sqlState, message) ?? bySqlState(sqlState) ?? byClass(sqlState, message);
  return {
    error: new PostgresError(code, { slot, says: message }, cause),
    retry: RETRIED.has(code),
  };
}

const RETRIED: ReadonlySet<PostgresErrorCode> = new Set([
  'WAL_CONNECTION',
  'WAL_SLOT_IN_USE',
  'WAL_SLOTS_EXHAUSTED',
]);

/** The same SQLSTATE is used for several situations; the (untranslated part of the) message tells them apart. */
function byMessage(sqlState: string | undefined, message: string): PostgresErrorCode | undefined {
  if (sqlState === '42704')
    return message.includes('publication') ? 'WAL_PUBLICATION_MISSING' : 'WAL_SLOT_MISSING';
  if (sqlState === '55000') {
    if (message.includes('wal_level')) return 'WAL_LEVEL';
    if (message.includes('slot')) return 'WAL_SLOT_LOST';
    if (message.includes('accepting connections')) return 'WAL_CONNECTION';
  }
  if (message.includes('SCRAM')) return 'WAL_AUTH';
  return undefined;
}

function bySqlState(sqlState: string | undefined): PostgresErrorCode | undefined {
  switch (sqlState) {
    case '55006':
      return 'WAL_SLOT_IN_USE';
    case '28000':
    case '28P01':
    case '42501':
      return 'WAL_AUTH';
    case '3D000':
      return 'WAL_DATABASE_MISSING';
    case '53300':
      return 'WAL_SLOTS_EXHAUSTED';
    default:
      return undefined;
  }
}

/** SQLSTATE classes that pass by themselves: connection, resources, operator intervention, system. */
const PASSING = new Set(['08', '53', '57', '58']);

function byClass(sqlState: string | undefined, message: string): PostgresErrorCode {
  const fromServer = sqlState !== undefined && /^[0-9A-Z]{5}$/.test(sqlState) && !sqlState.startsWith('E');
  if (!fromServer) return 'WAL_CONNECTION';
  if (PASSING.has(sqlState.slice(0, 2))) return 'WAL_CONNECTION';
  return message.includes('publication') ? 'WAL_PUBLICATION_MISSING' : 'WAL_REFUSED';
}
