import { withDetails } from '@banyan/postgres/errors';

/** Every error this package raises by itself, by stable code, with the way on. PostgreSQL's own pass through. */
const CATALOGUE = {
  MAPPING_INVALID: 'The mapping cannot be used as it stands.',
  PREFLIGHT_FAILED: 'The preflight found something that must be put right first. Nothing was changed.',
  TARGET_NOT_EMPTY:
    'The target table holds rows that this link did not write. Empty it, or map another table; nothing was copied.',
  COPY_REFUSED: 'Rows can be copied only while the service owns none of them. Set the share to 0 first.',
  COPY_CONFLICT:
    'Rows of the source do not fit beside one another on the target: a constraint there forbids what the source allows. Drop the constraint or change the rows, and run copy() again: it goes on where it was.',
  KEY_ORDER:
    'Source and target order the keys differently. Nothing was deleted. Use the same collation for the key on both sides, or COLLATE "C", and run copy() again.',
  COPY_UNFINISHED: 'The copy has not finished. Run copy() to its end, then stream().',
  NOT_PREPARED: 'The link was never prepared on this target. Run prepare() first.',
  SOURCE_CHANGED:
    'The source is not the database this link was prepared with (restored, promoted or another server), so changes may be missing. Point it back, or go on from now (prepare with acceptLoss) and stream again; then verify and repair before any step.',
  SLOT_LOST:
    'The replication slot is gone or the server has removed WAL it still needed: changes are missing. Go on from now (prepare with acceptLoss) and stream again; then verify and repair before any step. Raise max_slot_wal_keep_size if that was it. The source was left unharmed.',
  SLOT_AHEAD:
    'The slot stands further than the position this link has applied: it was recreated or advanced, changes are missing. Go on from now (prepare with acceptLoss) and stream again; then verify and repair before any step.',
  SCHEMA_CHANGED:
    'A mapped table is not what it was. Make tables and mapping fit, accept them as they are now (prepare with acceptLoss) and stream again; then verify and repair before any step.',
  TABLE_REPLACED:
    'A mapped table is gone, or another one bears its name: rows may differ that no change speaks of. Put it back or accept it (prepare with acceptLoss) and stream again; then verify and repair before any step.',
  PUBLICATION_CHANGED:
    "The link's publication was altered: changes may be missing that nobody else will bring. Accept it (prepare with acceptLoss puts it right) and stream again; then verify and repair before any step.",
  TRUNCATE_BLOCKED:
    "The source truncated a mapped table and the plan says to stop. Set onTruncate to 'replicate' or 'ignore' and stream again.",
  TOAST_ABSENT:
    'A mapped expression needs a value the stream does not carry (unchanged TOAST). Run ALTER TABLE … REPLICA IDENTITY FULL on the source.',
  TARGET_SHAPE: 'The target table does not fit the mapping.',
  BARRIER_TIMEOUT: 'The marker was not applied within the time limit. Nothing was switched.',
  BARRIER_LOCK_TIMEOUT: 'The mapped tables could not be locked within the time limit. Nothing was switched.',
  CHANGES_MISSED:
    'Changes may be missing on the target, so no step can be judged: what the wrong side has could become the truth. Verify, repair what differs, and say so (markRepaired); then step.',
  NO_PROGRESS:
    'The target ended the same change again and again. What it says has to stop (a limit, somebody who cancels, a lock); then stream again: nothing was lost.',
  ROWS_LOCKED:
    'Rows that are to be sent again stay locked by others. End the transactions that hold them, and repair again; what was sent before counts.',
  NOT_STREAMING: 'The link is not streaming in this process. Call stream() first.',
  STREAMING: 'The link is already streaming in this process.',
  LAW_BROKEN: 'The mapping loses information: reverse(forward(legacy)) differs from legacy.',
  NOTHING_COMPARED: 'No row was compared. That is a failure unless both sides are empty and that is allowed.',
  OBSERVER_REFUSED:
    'Facts could not be made of a change, so nothing of its transaction was applied. Correct the functions or the contract; the link then goes on where it stopped.',
  APPLY_FAILED:
    'A change cannot be applied on the target. It was not acknowledged; fix the target and go on.',
} as const;

export type ReplicationErrorCode = keyof typeof CATALOGUE;

export const REPLICATION_ERROR_CODES = Object.keys(CATALOGUE) as ReplicationErrorCode[];

/** An error with a stable `code`, the facts in `details`, and a message that ends in how to put it right. */
export class ReplicationError extends Error {
  readonly code: ReplicationErrorCode;
  readonly details: Record<string, unknown>;

  constructor(code: ReplicationErrorCode, details: Record<string, unknown> = {}, cause?: unknown) {
    super(withDetails(CATALOGUE[code], details), cause === undefined ? undefined : { cause });
    this.name = 'ReplicationError';
    this.code = code;
    this.details = details;
  }
}

const LOSSES: ReadonlySet<string> = new Set<ReplicationErrorCode>([
  'SCHEMA_CHANGED',
  'TABLE_REPLACED',
  'PUBLICATION_CHANGED',
  'SLOT_LOST',
  'SLOT_AHEAD',
  'SOURCE_CHANGED',
]);

/**
 * Whether `prepare({ acceptLoss: true })`, a verification and a repair are the way on, of an error or a finding: changes may
 * be missing.
 */
export function isLoss({ code }: { code: string }): boolean {
  return LOSSES.has(code.toUpperCase());
}
