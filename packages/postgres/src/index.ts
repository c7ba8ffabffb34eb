export { TransactionClient } from './client.ts';
export { deleteSome } from './delete-some.ts';
export { removeEmbedded } from './embedded/data.ts';
export {
  DEFAULT_SETTINGS,
  type EmbeddedOptions,
  type EmbeddedServer,
  startEmbedded,
} from './embedded/embedded.ts';
export { errorCode, PostgresError, type PostgresErrorCode } from './errors.ts';
export { horizon } from './horizon.ts';
export { keepListening, type Listening } from './listening.ts';
export { createPool, type Db, type PoolOptions, withPool } from './pool.ts';
export { prepared } from './prepared.ts';
export { quoteIdent, quoteLiteral, quoteTable } from './quote.ts';
export { applySchema, applySchemaFile, type Schema, type SchemaFile } from './schema.ts';
export { connectionConfig, EXACT_SETTINGS, PINNED_SETTINGS, pinNewerSettings } from './settings.ts';
export { storableText } from './storable.ts';
export { type Queryable, runWithNext, type TransactionOptions, withTransaction } from './transaction.ts';
export { formatLsn, formatMicros, type Lsn, parseLsn } from './wal/lsn.ts';
export type * from './wal/messages.ts';
export { parsePgoutput } from './wal/pgoutput.ts';
export {
  createSlot,
  currentLsn,
  dropSlot,
  ensurePublication,
  type SlotStatus,
  slotStatus,
} from './wal/slots.ts';
export { openWalStream, type WalStream, type WalStreamEvent, type WalStreamOptions } from './wal/stream.ts';
