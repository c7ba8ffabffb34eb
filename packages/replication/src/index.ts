export type { BarrierOptions } from './barrier-options.ts';
export type { Position, Verdict } from './confirm.ts';
export type { CopyOptions, CopyProgress, CopyResult } from './copy.ts';
export { isLoss, ReplicationError, type ReplicationErrorCode } from './errors.ts';
export { type GuardOptions, installGuard, refusedWrites, removeGuard, setGuard } from './guard.ts';
export { GUARD_SQLSTATE, guardName, guardsOf } from './guard-function.ts';
export { checkLaw, type LawBreach } from './law.ts';
export { type Link, type LinkState, type LinkStatus, openLink } from './link.ts';
export { type Alarm, type LinkConfig, type LinkHooks, type LinkNames, namesOf } from './link-config.ts';
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
export { claimDatabase, type Mark, markOf, notedVersion, noteVersion } from './mark.ts';
export { nearest } from './nearest.ts';
export { type Orphans, orphans } from './orphans.ts';
export { type Placed, type PlacedKind, placedIn } from './placed.ts';
export type { Finding } from './preflight/finding.ts';
export { type TrialOptions, tryGuard } from './preflight/trial.ts';
export type { Blocker, PrepareOptions } from './prepare.ts';
export { PROCESS_FLAGS } from './process-flags.ts';
export { type RepairOptions, repair } from './repair.ts';
export { checkSequences, type SequenceState } from './sequences.ts';
export type { Progress, Throttle } from './throttle.ts';
export { type TableVerdict, type VerifyCursor, type VerifyOptions, verify } from './verify.ts';
