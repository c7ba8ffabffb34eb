export type { CopyOptions, CopyProgress, CopyResult, Throttle } from './copy.ts';
export { ReplicationError, type ReplicationErrorCode } from './errors.ts';
export { type BarrierOptions, type Link, type LinkState, type LinkStatus, openLink } from './link.ts';
export type { Alarm, LinkConfig, LinkHooks, LinkNames } from './link-config.ts';
export {
  type ColumnFlow,
  type ColumnMapping,
  checkTable,
  constant,
  copy,
  type Direction,
  derived,
  merge,
  rename,
  split,
  type TableInput,
  type TableMapping,
  table,
} from './mapping.ts';
export { BUCKETS, bucket, bucketSql, isServiceSide, isServiceSideSql } from './ownership.ts';
export type { Finding } from './preflight.ts';
export type { PrepareOptions } from './prepare.ts';
export { type RepairOptions, repair } from './repair.ts';
export { checkSequences, type SequenceState } from './sequences.ts';
