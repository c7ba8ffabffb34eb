/** Every error this package raises by itself, by stable code. PostgreSQL's own errors pass through unchanged. */
const CATALOGUE = {
  EMBEDDED_NO_BINARY:
    'No embedded PostgreSQL runs on this machine. Set DATABASE_URL to a PostgreSQL 14 or later of your own.',
  EMBEDDED_NO_USER:
    'PostgreSQL refuses to run as root and no other user can be used. Set DATABASE_URL, or start as an ordinary user.',
  EMBEDDED_IN_USE:
    'The directory is in use by a running process. Stop that process or name another directory.',
  EMBEDDED_FOREIGN_DIRECTORY:
    'The directory belongs to somebody else. Remove it or set TMPDIR to a place of your own.',
  EMBEDDED_START_FAILED: 'The embedded PostgreSQL did not start. Its log says why.',
  EMBEDDED_INIT_FAILED: 'The embedded PostgreSQL could not create its data directory.',
  TRANSACTION_ABORTED:
    'A statement had failed inside the transaction and its error was swallowed, so COMMIT rolled back.',
  TRANSACTION_ENDED_INSIDE:
    'Inside a transaction of withTransaction nobody may begin or end one: it commits when its function returns and is rolled back when it throws. Leave the statement out; for a part that may fail use withTransaction on the client again, which makes a savepoint.',
  POOL_EXHAUSTED:
    'No connection of the pool came free in time. Whoever holds one and asks for another needs two: use the transaction that is there, lower the concurrency, or raise POOL_SIZE.',
  WAL_SLOT_MISSING:
    'The replication slot does not exist. Its position is lost: create the slot and copy the tables again.',
  WAL_SLOT_IN_USE:
    'Another process reads the replication slot. Stop it; this stream tries again until it is free.',
  WAL_SLOT_LOST:
    'The server has removed WAL that the slot still needed. Drop the slot, raise max_slot_wal_keep_size, and copy the tables again.',
  WAL_SLOT_AHEAD:
    'The slot was acknowledged further than our own position: changes between are gone. Copy the tables again.',
  WAL_AUTH:
    'The server refuses this user. Check the URL, the password, pg_hba.conf, and that the role has REPLICATION.',
  WAL_PUBLICATION_MISSING:
    'The publication does not exist on the source. Create it and start the stream again.',
  WAL_LEVEL: 'Logical replication is off. Set wal_level = logical on the source and restart it.',
  WAL_SLOTS_EXHAUSTED:
    'The server has no free replication slot or sender. Raise max_replication_slots and max_wal_senders, or drop unused slots.',
  WAL_DATABASE_MISSING: 'The database does not exist. Check the URL.',
  WAL_CONNECTION:
    'The connection to the source was lost. The stream connects again from the acknowledged position.',
  WAL_REFUSED: 'The source refuses to stream. Its own error is the cause.',
  WAL_ENCODING:
    'A value is not valid UTF-8, which a database in SQL_ASCII may hold. Mend the value, or convert the database.',
  WAL_PROTOCOL:
    'The server sent something that this reader does not understand. The source was left as it is.',
} as const;

export type PostgresErrorCode = keyof typeof CATALOGUE;

/** An error with a stable `code`, the facts in `details`, and a message that ends in how to mend it. */
export class PostgresError extends Error {
  readonly code: PostgresErrorCode;
  readonly details: Record<string, unknown>;

  constructor(code: PostgresErrorCode, details: Record<string, unknown> = {}, cause?: unknown) {
    super(withDetails(CATALOGUE[code], details), cause === undefined ? undefined : { cause });
    this.name = 'PostgresError';
    this.code = code;
    this.details = details;
  }
}

/** What an error says, with the facts of this one behind it. */
export function withDetails(message: string, details: Record<string, unknown>): string {
  const facts = Object.entries(details).map(([name, value]) => `${name}: ${String(value)}`);
  return facts.length === 0 ? message : `${message} (${facts.join(', ')})`;
}

/** The SQLSTATE or Node error code of anything thrown, if it has one. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
