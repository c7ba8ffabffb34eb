import { splitName } from '@banyan/service';
import type pg from 'pg';
import type { Registration } from '../../api/auth.ts';
import type { Resume } from '../../api/resume.ts';
import type { Profile } from '../../api/users.ts';
import { activeNow } from '../../kit/account-activity.ts';
import { ANONYMOUS, type PrivacySettings } from './decide.ts';

type Executor = pg.Pool | pg.PoolClient;

/** A profile as the API shows it, with what only this service knows. */
export type StoredProfile = Profile & {
  privacy_settings: Partial<PrivacySettings>;
  profile_picture_url: string | null;
  /**
   * Changes with every change of the profile, also with one made by the legacy system: that one leaves `version` alone but
   * moves `updated_at` (here in microseconds since 1970).
   */
  revision: string;
};

const REVISION = `version || '-' || (extract(epoch FROM updated_at) * 1000000)::bigint`;

const PROFILE = `user_id AS id, email, first_name || coalesce(' ' || last_name, '') AS full_name,
  ${activeNow('profiles.user_id', 'is_active')} AS is_active, role, phone, location, headline, skills, preferences, privacy_settings, profile_picture_url, created_at, updated_at,
  ${REVISION} AS revision`;

export async function findProfile(db: Executor, userId: number): Promise<StoredProfile | undefined> {
  const { rows } = await db.query<StoredProfile>({
    name: 'profile',
    text: `SELECT ${PROFILE} FROM profiles WHERE user_id = $1`,
    values: [userId],
  });
  return rows[0];
}

/** As the mapping of the migration would have made it. Leaves a profile alone that is there already. */
export async function insertProfile(
  db: Executor,
  registration: Omit<Registration, 'created_at'> & { created_at: Date | string },
): Promise<void> {
  const { id, email, full_name: fullName, is_active: isActive, role, created_at: createdAt } = registration;
  const { firstName, lastName } = splitName(fullName);
  await db.query(
    `INSERT INTO profiles (user_id, email, first_name, last_name, is_active, role, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (user_id) DO NOTHING`,
    [id, email, firstName, lastName, isActive, role, createdAt],
  );
}

/** Leaves nothing that tells who it was. Nothing follows a deletion, so no value that arrives later is a newer one. */
export async function forgetPerson(db: Executor, userId: number, email: string): Promise<void> {
  await db.query('UPDATE profiles SET email = $2 WHERE user_id = $1', [userId, email]);
  await updateProfile(db, userId, ANONYMOUS);
  await deleteResume(db, userId);
}

const CHANGEABLE = new Set([
  'first_name',
  'last_name',
  'phone',
  'location',
  'headline',
  'skills',
  'preferences',
  'privacy_settings',
  'profile_picture_url',
]);

/**
 * Sets columns, moves `version` and `updated_at` on. Undefined if the profile is not there or has none of the
 * revisions `expected`.
 */
export async function updateProfile(
  db: Executor,
  userId: number,
  changes: Record<string, unknown>,
  expected?: readonly string[],
): Promise<StoredProfile | undefined> {
  const columns = Object.keys(changes).filter((column) => CHANGEABLE.has(column));
  const assignments = columns.map((column, index) => `${column} = $${index + 3}`);
  const { rows } = await db.query<StoredProfile>(
    `UPDATE profiles SET ${[...assignments, 'version = version + 1', 'updated_at = now()'].join(', ')}
     WHERE user_id = $1 AND ($2::text[] IS NULL OR ${REVISION} = ANY ($2))
     RETURNING ${PROFILE}`,
    [userId, expected ?? null, ...columns.map((column) => changes[column])],
  );
  return rows[0];
}

/** Changes some settings and leaves the others, also those that another request changes at the same time. */
export async function mergePrivacySettings(
  db: Executor,
  userId: number,
  changes: Partial<PrivacySettings>,
): Promise<Partial<PrivacySettings>> {
  const { rows } = await db.query<StoredProfile>(
    `UPDATE profiles SET privacy_settings = privacy_settings || $2::jsonb, version = version + 1, updated_at = now()
     WHERE user_id = $1 RETURNING privacy_settings`,
    [userId, changes],
  );
  return rows[0]?.privacy_settings ?? {};
}

export type ConfirmedResume = { resume: Resume; confirmed_at: Date };

export async function putResume(db: Executor, userId: number, resume: Resume): Promise<void> {
  await db.query(
    `INSERT INTO resumes (user_id, resume) VALUES ($1, $2)
     ON CONFLICT (user_id) DO UPDATE SET resume = excluded.resume, confirmed_at = now()`,
    [userId, resume],
  );
}

export async function findResume(db: Executor, userId: number): Promise<ConfirmedResume | undefined> {
  const { rows } = await db.query<ConfirmedResume>(
    'SELECT resume, confirmed_at FROM resumes WHERE user_id = $1',
    [userId],
  );
  return rows[0];
}

export async function deleteResume(db: Executor, userId: number): Promise<void> {
  await db.query('DELETE FROM resumes WHERE user_id = $1', [userId]);
}
