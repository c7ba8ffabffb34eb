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
export async function suspend(tx: Queryable, userId: string): Promise<void> {
  await tx.query(
    `INSERT INTO people (id, status) VALUES ($1, 'SUSPENDED')
     ON CONFLICT (id) DO UPDATE SET status = excluded.status WHERE people.status <> 'DELETED'`,
    [userId],
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

type Payment = {
  transactionId: string;
  sessionId: string;
  seekerId: string;
  providerId: string;
  credits: number;
  fee: number;
};

export async function insertPayment(
  tx: Queryable,
  { transactionId, sessionId, seekerId, providerId, credits, fee }: Payment,
  { at, isNews }: Circumstances,
): Promise<void> {
  await tx.query(
    `INSERT INTO session_payments (transaction_id, session_id, seeker_id, provider_id, credits, fee, paid_at, is_counted)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (transaction_id) DO NOTHING`,
    [transactionId, sessionId, seekerId, providerId, credits, fee, at, !isNews],
  );
}

export async function insertRating(
  tx: Queryable,
  { sessionId, providerId, stars }: { sessionId: string; providerId: string; stars: number },
  at: string,
): Promise<void> {
  await tx.query(
    `INSERT INTO provider_ratings (session_id, provider_id, stars, rated_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (session_id) DO NOTHING`,
    [sessionId, providerId, stars, at],
  );
}
