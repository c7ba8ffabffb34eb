import type { Lsn } from '@banyan/postgres';

/** A link that reads from its own slot and would rather read with others. */
export type Candidate = {
  /** Where the stream from its own slot began: all that its publication is about is known from there on. */
  startedAt: Lsn;
  /** What ended here or before is durable on its target. */
  acked: Lsn;
};

/** Up to where the shared slot may be acknowledged: nobody's durable position is passed, nor what was received. */
export function acknowledgeable(members: Iterable<Pick<Candidate, 'acked'>>, received: Lsn): Lsn {
  let lowest = received;
  for (const { acked } of members) if (acked < lowest) lowest = acked;
  return lowest;
}

/** Whether a slot that stands at `position` brings a link all that it has not applied, and nothing from before it was there. */
export function mayJoin({ startedAt, acked }: Candidate, position: Lsn): boolean {
  return startedAt <= position && position <= acked;
}

/** Whether a link is near enough to where the log ends to read with others: they would read again what it has not applied. */
export function keepsUp({ acked }: Pick<Candidate, 'acked'>, end: Lsn): boolean {
  return end - acked <= NEAR_BYTES;
}

/** Whether a link that reads with others is too far behind: so much would be read again by all when somebody joins or leaves. */
export function isBehind({ acked }: Pick<Candidate, 'acked'>, received: Lsn): boolean {
  return received - acked > BEHIND_BYTES;
}

/** Of which candidate the shared slot is to be a copy: nobody's slot stands lower. `undefined`: there are none. */
export function lowest<T extends { confirmed: Lsn }>(slots: readonly T[]): T | undefined {
  let found: T | undefined;
  for (const each of slots) if (!found || each.confirmed < found.confirmed) found = each;
  return found;
}

/** Of WAL. What is quiet acknowledges every few seconds only: a busy source has written much meanwhile. */
const NEAR_BYTES = 64n * 1024n * 1024n;
const BEHIND_BYTES = 256n * 1024n * 1024n;
