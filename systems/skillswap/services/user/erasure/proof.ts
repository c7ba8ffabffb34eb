import { createHash } from 'node:crypto';
import type { Erasure } from '@banyan/service';
import type { Static } from 'typebox';
import type { Keeper } from '../../../contracts/personal-data.ts';

/** What became of somebody in one place: rows by table; null: there is no such service, and what it would have is the monolith's. */
type Part = Pick<Static<typeof Erasure>, 'erased' | 'kept'>;

type Erased = {
  userId: string;
  askedAt: Date;
  provenAt: Date;
  /** Rows by table, as the monolith says; null: there is none. */
  monolith: Record<string, number> | null;
  services: Record<'user' | Keeper, Part | null>;
};

/** Why the monolith keeps what it keeps. */
const KEPT_BY_MONOLITH = {
  'users_legacy, skill_profiles': 'that somebody of this id is gone, and how they were rated, without names',
  'sessions, session_history, ratings': 'also the other one’s, without names or words of whoever is gone',
  'wallets, credit_holds, transactions': 'the books: kept for the tax office for ten years',
};

/** The document by which an erasure is proved, as it is signed: nothing in it tells who it was but the id. */
export function proofOf({ userId, askedAt, provenAt, monolith, services }: Erased): string {
  return JSON.stringify({
    of: userId,
    askedAt: askedAt.toISOString(),
    provenAt: provenAt.toISOString(),
    monolith: monolith && { erased: monolith, kept: KEPT_BY_MONOLITH },
    ...services,
  });
}

export function sha256Of(proof: string): string {
  return createHash('sha256').update(proof).digest('hex');
}
