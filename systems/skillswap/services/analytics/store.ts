/** SQL of what others tell: each fact is kept once, by the id that its owner has given it, in whatever order it comes. */
import type { Queryable } from '@banyan/postgres';

export async function insertPerson(
  tx: Queryable,
  { userId, registeredAt }: { userId: string; registeredAt: string },
): Promise<void> {
  await tx.query(
    `INSERT INTO people (id, registered_at) VALUES ($1, $2)
     ON CONFLICT (id) DO UPDATE SET registered_at = excluded.registered_at WHERE people.registered_at IS NULL`,
    [userId, registeredAt],
  );
}

/** Nothing follows a deletion. */
export async function setStatus(
  tx: Queryable,
  userId: string,
  status: 'ACTIVE' | 'SUSPENDED',
): Promise<void> {
  await tx.query(
    `INSERT INTO people (id, status) VALUES ($1, $2)
     ON CONFLICT (id) DO UPDATE SET status = excluded.status WHERE people.status <> 'DELETED'`,
    [userId, status],
  );
}

export async function putCategory(
  tx: Queryable,
  { categoryId, name }: { categoryId: string; name: string },
): Promise<void> {
  await tx.query(
    `INSERT INTO skill_categories (id, name) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET name = excluded.name`,
    [categoryId, name],
  );
}

export async function putSkill(
  tx: Queryable,
  { skillId, categoryId }: { skillId: string; categoryId: string },
): Promise<void> {
  await tx.query(
    `INSERT INTO skills (id, category_id) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET category_id = excluded.category_id`,
    [skillId, categoryId],
  );
}

type Completed = {
  sessionId: string;
  seekerId: string;
  providerId: string;
  skillId: string;
  startsAt: string;
  endsAt: string;
};
/** When it was; and whether it is news: what was there before is in no metric of a process. */
type Circumstances = { at: string; isNews: boolean };

export async function insertCompleted(
  tx: Queryable,
  { sessionId, seekerId, providerId, skillId, startsAt, endsAt }: Completed,
  { at, isNews }: Circumstances,
): Promise<void> {
  await tx.query(
    `INSERT INTO completed_sessions (id, seeker_id, provider_id, skill_id, starts_at, ends_at, completed_at, is_counted)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
    [sessionId, seekerId, providerId, skillId, startsAt, endsAt, at, !isNews],
  );
}

/** What is known of what a session has moved: all of it, or the part that somebody tells of. */
export type Payment = {
  sessionId: string;
  seekerId?: string | null;
  providerId?: string | null;
  credits?: number;
  earned?: number;
  fee?: number;
};

/** A session is paid once, and each part of it told once or again. It is as new as what the seeker has paid. */
export async function addPayment(
  tx: Queryable,
  { sessionId, seekerId = null, providerId = null, credits = 0, earned = 0, fee = 0 }: Payment,
  { at, isNews }: Circumstances,
): Promise<void> {
  await tx.query(
    `INSERT INTO paid_sessions AS paid (session_id, seeker_id, provider_id, credits, earned, fee, paid_at, is_counted)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (session_id) DO UPDATE SET
       seeker_id = coalesce(paid.seeker_id, excluded.seeker_id), provider_id = coalesce(paid.provider_id, excluded.provider_id),
       credits = greatest(paid.credits, excluded.credits), earned = greatest(paid.earned, excluded.earned),
       fee = greatest(paid.fee, excluded.fee),
       is_counted = CASE WHEN paid.seeker_id IS NULL THEN excluded.is_counted ELSE paid.is_counted END`,
    [sessionId, seekerId, providerId, credits, earned, fee, at, !isNews],
  );
}

type Rating = { sessionId: string; ratedId: string; stars: number; ratedAt: string };

export async function insertRating(
  tx: Queryable,
  { sessionId, ratedId, stars, ratedAt }: Rating,
): Promise<void> {
  await tx.query(
    `INSERT INTO ratings (session_id, rated_id, stars, rated_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (session_id, rated_id) DO NOTHING`,
    [sessionId, ratedId, stars, ratedAt],
  );
}
