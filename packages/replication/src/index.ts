export type { AppliedTransaction, RowChange, RowObserver, TargetRow } from './apply/row-images.ts';
export { type Orphans, orphans } from './catalog/orphans.ts';
export { checkSequences, type SequenceState } from './catalog/sequences.ts';
export { closestMatch } from './closest-match.ts';
export { JointMarks } from './control/joint-marks.ts';
export type { CopyOptions, CopyProgress, CopyResult } from './copy/copy.ts';
export type { Progress, Throttle } from './copy/throttle.ts';
export { isLoss, ReplicationError, type ReplicationErrorCode } from './errors.ts';
export { type GuardOptions, installGuard, refusedWrites, removeGuard, setGuard } from './guard/guard.ts';
export { GUARD_SQLSTATE, guardName, guardsOf } from './guard/guard-function.ts';
export type { BarrierOptions } from './link/barrier-options.ts';
export { claimDatabase, claimOf, type DatabaseClaim, notedVersion, noteVersion } from './link/claim.ts';
export { type InstalledKind, type InstalledObject, installedObjects } from './link/installed.ts';
export { type Link, type LinkState, type LinkStatus, openLink } from './link/link.ts';
export { type Alarm, type LinkConfig, type LinkHooks, type LinkNames, namesOf } from './link/link-config.ts';
export type { Blocker, PrepareOptions } from './link/prepare.ts';
export { PROCESS_FLAGS } from './link/process-flags.ts';
export { tellShare, withholdShare } from './link/told-share.ts';
export { checkTables } from './mapping/check-tables.ts';
export {
  type ColumnFlow,
  type ColumnMapping,
  checkTable,
  constant,
  copy,
  type Direction,
  derived,
  merge,
  type OwnerRule,
  type RowSet,
  rename,
  split,
  type TableInput,
  type TableMapping,
  table,
} from './mapping/mapping.ts';
export { type OwnerLookup, ownerLookup, ownerSql } from './mapping/owner.ts';
export { checkRoundTrip, type RoundTripBreach } from './mapping/round-trip.ts';
export { legacyRowsSql } from './mapping/row-set.ts';
export type { Finding } from './preflight/finding.ts';
export { type TrialOptions, tryGuard } from './preflight/trial.ts';
export { SHARED_SLOT } from './reader/home.ts';
export { Readers } from './reader/readers.ts';
export { type RepairOptions, repair } from './repair/repair.ts';
export type { Position, Verdict } from './verify/confirm.ts';
export { type TableVerdict, type VerifyCursor, type VerifyOptions, verify } from './verify/verify.ts';
