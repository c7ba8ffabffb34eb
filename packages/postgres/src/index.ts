export {
  DEFAULT_SETTINGS,
  type EmbeddedOptions,
  type EmbeddedServer,
  startEmbedded,
} from './embedded/embedded.ts';
export { errorCode, PostgresError, type PostgresErrorCode } from './errors.ts';
export { connectionConfig, createPool, type Db, PINNED_SETTINGS, type PoolOptions } from './pool.ts';
export { quoteIdent, quoteLiteral, quoteTable } from './quote.ts';
export { applySchema, type Schema } from './schema.ts';
export { type TransactionOptions, withTransaction } from './transaction.ts';
