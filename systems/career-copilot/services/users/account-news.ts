import { defineContracts, type EventingDefinition } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import type { ServiceApp } from '@banyan/service';
import type pg from 'pg';
import { contracts as auth } from '../../contracts/auth.ts';
import { contracts as own } from '../../contracts/users.ts';
import { ANONYMOUS } from './decide.ts';
import { insertProfile, mayFollowAccounts, profilesArrive, updateProfile } from './store.ts';

/** What users says and hears. */
export const contracts = defineContracts({
  system: own.system,
  events: { ...own.events, ...auth.events },
});

/** What auth told of an account and is not in its profile yet. */
type News = {
  user_id: number;
  registration: { email: string; full_name: string; role: string; created_at: string } | null;
  is_active: boolean | null;
  /** What stands in the place of a deleted person's email. */
  deleted_as: string | null;
};

/**
 * What profiles take over from accounts, told by events. While Banyan's forward link runs it brings the same by way of
 * the monolith, and would be in the way of our own writing; but what has not passed when the link ends, it never brings.
 * So news is noted, and goes into the profile at once or when the link is gone. `legacy`: there is a legacy system whose
 * rows may still be copied here, so an empty table has to stay empty.
 */
export function followAccounts(legacy: boolean): EventingDefinition<typeof contracts>['on'] & object {
  const heard = async (tx: pg.PoolClient, userId: number, news: Partial<News>) => {
    await note(tx, userId, news);
    await settle(tx, { legacy, userId });
  };
  return {
    UserRegistered: ({ data: { userId, email, fullName, role, registeredAt } }, { tx }) =>
      heard(tx, userId, {
        registration: { email, full_name: fullName, role, created_at: registeredAt },
        is_active: true,
      }),
    UserSuspended: ({ data: { userId } }, { tx }) => heard(tx, userId, { is_active: false }),
    UserReinstated: ({ data: { userId } }, { tx }) => heard(tx, userId, { is_active: true }),
    UserDeleted: ({ data: { userId, email } }, { tx }) =>
      heard(tx, userId, { is_active: false, deleted_as: email }),
  };
}

/** Looks every so often whether the link has ended. Nothing tells a service when a replication origin is dropped. */
export function settleWhenLinkEnds(app: ServiceApp, pool: pg.Pool, legacy: boolean): void {
  let looking = Promise.resolve();
  const look = async () => {
    try {
      await withTransaction(pool, async (tx) => {
        if (await profilesArrive(tx)) await forgetBrought(tx);
        else await settle(tx, { legacy });
      });
    } catch (err) {
      app.log.warn({ err }, 'could not settle what auth told');
    }
  };
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, LOOK_MS);
  app.addHook('onClose', async () => {
    clearInterval(timer);
    await looking;
  });
}

const LOOK_MS = 1000;

async function note(tx: pg.PoolClient, userId: number, news: Partial<News>): Promise<void> {
  await tx.query(
    `INSERT INTO account_news AS known (user_id, registration, is_active, deleted_as) VALUES ($1, $2, $3, $4)
     ON CONFLICT (user_id) DO UPDATE SET
       registration = coalesce(excluded.registration, known.registration),
       is_active = coalesce(excluded.is_active, known.is_active),
       deleted_as = coalesce(excluded.deleted_as, known.deleted_as),
       told_at = now()`,
    [userId, news.registration ?? null, news.is_active ?? null, news.deleted_as ?? null],
  );
}

/** Puts news into profiles, of one account or of all, if profiles may be written by now. */
async function settle(
  tx: pg.PoolClient,
  { legacy, userId = null }: { legacy: boolean; userId?: number | null },
): Promise<void> {
  if (!(await mayFollowAccounts(tx, { legacy }))) return;
  const { rows } = await tx.query<News>(
    `DELETE FROM account_news WHERE $1::integer IS NULL OR user_id = $1
     RETURNING user_id, registration, is_active, deleted_as`,
    [userId],
  );
  for (const news of rows) await apply(tx, news);
}

async function apply(tx: pg.PoolClient, news: News): Promise<void> {
  const { user_id: id, registration, is_active: isActive, deleted_as: deletedAs } = news;
  if (registration) await insertProfile(tx, { id, is_active: isActive ?? true, ...registration });
  if (isActive !== null) {
    await tx.query(
      `UPDATE profiles SET is_active = $2, version = version + 1, updated_at = now()
       WHERE user_id = $1 AND is_active <> $2`,
      [id, isActive],
    );
  }
  if (deletedAs === null) return;
  await tx.query('UPDATE profiles SET email = $2 WHERE user_id = $1', [id, deletedAs]);
  await updateProfile(tx, id, ANONYMOUS);
}

/**
 * The link lives, so it has brought what is this old. A deletion is kept: the link brings the account's half only. The
 * other half is done by the one who asks for it, unless that fails in between.
 */
async function forgetBrought(tx: pg.PoolClient): Promise<void> {
  await tx.query(`DELETE FROM account_news WHERE deleted_as IS NULL AND told_at < now() - interval '1 hour'`);
}
