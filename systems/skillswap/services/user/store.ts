import { errorCode, prepared, type Queryable } from '@banyan/postgres';
import { splitName } from '@banyan/service';
import type pg from 'pg';
import type { PrivacySettings, User, UserChanges } from '../../api/users.ts';
import { ApiError } from '../../kit/problems.ts';
import type { UserRow } from './decide.ts';

/** As the API shows it. */
export const USER = `id, email, first_name || coalesce(' ' || last_name, '') AS "fullName", bio,
  profile_picture_url AS "profilePictureUrl", time_zone AS "timeZone", role, status, verified, created_at AS "createdAt",
  updated_at AS "updatedAt", version`;

/** With what is told of it. */
const CHANGED = `${USER}, first_name, last_name, profile_picture_url, time_zone, privacy_settings, created_at`;

/** A user as they are after a change, and as their row was and is. */
type Changed = { user: User; before: UserRow; after: UserRow };

/** Whoever makes a request. */
export type Caller = { id: string; role: string; status: string };

export async function findCaller(db: Queryable, id: string): Promise<Caller | undefined> {
  const { rows } = await db.query<Caller>(prepared('SELECT id, role, status FROM users WHERE id = $1', [id]));
  return rows[0];
}

/** Somebody with how they may be seen, unless they are deleted. */
export async function findUser(
  db: Queryable,
  id: string,
): Promise<{ user: User; chosen: Partial<PrivacySettings> } | undefined> {
  const { rows } = await db.query<User & { chosen: Partial<PrivacySettings> }>(
    prepared(`SELECT ${USER}, privacy_settings AS chosen FROM users WHERE id = $1 AND status <> 'DELETED'`, [
      id,
    ]),
  );
  if (!rows[0]) return undefined;
  const { chosen, ...user } = rows[0];
  return { user, chosen };
}

/** Keeps somebody as they are for the rest of the transaction; false: there is nobody, or not any more. */
export async function lockUser(tx: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `SELECT FROM users WHERE id = $1 AND status <> 'DELETED' FOR NO KEY UPDATE`,
    [id],
  );
  return rowCount === 1;
}

/** Whoever has this address, with what tells whether it is them. */
export async function findLogin(
  db: Queryable,
  email: string,
): Promise<(Caller & { passwordHash: string }) | undefined> {
  const { rows } = await db.query<Caller & { passwordHash: string }>(
    prepared('SELECT id, role, status, password_hash AS "passwordHash" FROM users WHERE email = $1', [email]),
  );
  return rows[0];
}

/** Whether two people have, or once had, a session with each other. */
export async function haveMet(db: Queryable, one: string, other: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `SELECT FROM sessions WHERE (seeker_id = $1 AND provider_id = $2) OR (seeker_id = $2 AND provider_id = $1) LIMIT 1`,
    [one, other],
  );
  return rowCount === 1;
}

type NewUser = { email: string; passwordHash: string; fullName: string; timeZone: string };

/** Somebody new, with what the rest of the system begins with. Throws `EMAIL_TAKEN`. */
export async function insertUser(
  tx: pg.PoolClient,
  { email, passwordHash, fullName, timeZone }: NewUser,
): Promise<Pick<Changed, 'user' | 'after'>> {
  const { firstName, lastName } = splitName(fullName);
  const { rows } = await tx
    .query<User & UserRow>(
      `INSERT INTO users (email, password_hash, first_name, last_name, time_zone) VALUES ($1, $2, $3, $4, $5)
       RETURNING ${CHANGED}`,
      [email, passwordHash, firstName, lastName, timeZone],
    )
    .catch((error: unknown) => {
      throw errorCode(error) === UNIQUE_VIOLATION ? new ApiError('EMAIL_TAKEN') : error;
    });
  const row = rows[0]!;
  await tx.query('INSERT INTO skill_profiles (user_id) VALUES ($1)', [row.id]);
  await tx.query('INSERT INTO wallets (user_id) VALUES ($1)', [row.id]);
  return { user: row, after: row };
}

const UNIQUE_VIOLATION = '23505';

/** What a change of the public API sets; fields left out set nothing. */
export function columnsOf({ fullName, ...changes }: Omit<UserChanges, 'version'>): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  if (fullName !== undefined) {
    const { firstName, lastName } = splitName(fullName);
    Object.assign(columns, { first_name: firstName, last_name: lastName });
  }
  for (const [field, column] of CHANGEABLE)
    if (changes[field] !== undefined) columns[column] = changes[field];
  return columns;
}

const CHANGEABLE = [
  ['bio', 'bio'],
  ['profilePictureUrl', 'profile_picture_url'],
  ['timeZone', 'time_zone'],
] as const;

/**
 * Sets columns, whose names are ours, and moves `version` and `updated_at` on. Undefined if the user is not there, is deleted or is not of
 * the version that is expected.
 */
export async function updateUser(
  tx: pg.PoolClient,
  id: string,
  columns: Record<string, unknown>,
  expectedVersion?: number,
): Promise<Changed | undefined> {
  const locked = await tx.query<User & UserRow>(
    `SELECT ${CHANGED} FROM users WHERE id = $1 AND status <> 'DELETED' FOR NO KEY UPDATE`,
    [id],
  );
  const before = locked.rows[0];
  if (!before || (expectedVersion !== undefined && before.version !== expectedVersion)) return undefined;
  const assignments = Object.keys(columns).map((column, index) => `${column} = $${index + 2}, `);
  const { rows } = await tx.query<User & UserRow>(
    `UPDATE users SET ${assignments.join('')}updated_at = now(), version = version + 1 WHERE id = $1 RETURNING ${CHANGED}`,
    [id, ...Object.values(columns)],
  );
  return { user: rows[0]!, before, after: rows[0]! };
}
