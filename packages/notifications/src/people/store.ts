import { prepared } from '@banyan/postgres';
import { eraseTables } from '@banyan/service';
import type pg from 'pg';
import type { Channel } from '../api/index.ts';
import type { Preferences } from '../preferences/preferences.ts';
import type { PeopleSystem, UserId } from '../system.ts';
import { personalTables } from './personal-data.ts';

type Executor = pg.Pool | pg.PoolClient;

export type Person = {
  /** Somebody has told of them, or replication has brought them. */
  isKnown: boolean;
  isDeleted: boolean;
  isActive: boolean;
  email: string | null;
  /** Nobody has shown yet that the address is theirs, though they could. */
  isEmailUnconfirmed: boolean;
  /** Confirmed. */
  phone: string | null;
  /** Ids of subscriptions of push. */
  browsers: string[];
  preferences: Preferences;
};

/** People as this system knows them. */
export type People = {
  find(db: Executor, userId: UserId): Promise<Person>;
  /**
   * What is said of an account: also of one that was there before, and again. A deletion is for good, and so is it that an address was
   * confirmed, which may be heard of first.
   */
  remember(
    tx: Executor,
    one: { userId: UserId; email: string; name: string; isConfirmed: boolean },
  ): Promise<void>;
  /** The address is theirs. Of somebody who is not known yet too. */
  confirmEmail(tx: Executor, userId: UserId): Promise<void>;
  /** Nothing that tells who it was is kept, and nothing is sent any more. */
  forget(tx: Executor, userId: UserId): Promise<void>;
};

export function createPeople(system: PeopleSystem): People {
  const tables = personalTables(system);
  return {
    find: (db, userId) => findPerson(db, system, userId),
    remember: rememberPerson,
    confirmEmail,
    forget: async (tx, userId) => {
      await eraseTables(tx, tables, { person: String(userId), isBrought: false });
    },
  };
}

const rememberPerson: People['remember'] = async (tx, { userId, email, name, isConfirmed }) => {
  await tx.query(
    `INSERT INTO people (user_id, email, name, is_unconfirmed) VALUES ($1, $2, $3, $4)
     ON CONFLICT (user_id) DO UPDATE SET email = excluded.email, name = excluded.name WHERE people.deleted_at IS NULL`,
    [userId, email, name, !isConfirmed],
  );
};

const confirmEmail: People['confirmEmail'] = async (tx, userId) => {
  await tx.query(
    `INSERT INTO people (user_id) VALUES ($1) ON CONFLICT (user_id) DO UPDATE SET is_unconfirmed = false`,
    [userId],
  );
};

async function findPerson(
  db: Executor,
  { idType, mapped, active }: PeopleSystem,
  userId: UserId,
): Promise<Person> {
  const { rows } = await db.query(
    prepared(
      `SELECT coalesce(mapped.user_id, people.user_id) IS NOT NULL AS "isKnown", people.deleted_at IS NOT NULL AS "isDeleted",
       coalesce(mapped.email, people.email) AS email, coalesce(people.is_unconfirmed, false) AS "isEmailUnconfirmed",
       coalesce(${active('one.user_id', 'mapped.is_active')}, true) AS "isActive",
       (SELECT number FROM phones WHERE phones.user_id = one.user_id AND confirmed_at IS NOT NULL) AS phone,
       ARRAY(SELECT id::text FROM push_subscriptions AS push WHERE push.user_id = one.user_id ORDER BY created_at) AS browsers,
       locale, zone, quiet_from, quiet_to, chosen
     FROM (SELECT $1::${idType} AS user_id) AS one LEFT JOIN (${mapped}) AS mapped ON mapped.user_id = one.user_id
       LEFT JOIN people ON people.user_id = one.user_id LEFT JOIN preferences ON preferences.user_id = one.user_id`,
      [userId],
    ),
  );
  const { locale, zone, quiet_from: from, quiet_to: to, chosen, ...person } = rows[0];
  const quietHours = from === null ? null : { from, to };
  return { ...person, preferences: { locale, zone: zone ?? 'UTC', quietHours, chosen: chosen ?? {} } };
}

/** For so long: servers are set up wrongly, and mailboxes come back, and a password that was forgotten is found by mail alone. */
const BLOCKED_DAYS = 14;

export async function blockAddress(
  tx: Executor,
  { channel, address, reason }: { channel: Channel; address: string; reason: string },
): Promise<void> {
  await tx.query(
    `INSERT INTO blocked_addresses (channel, address, reason) VALUES ($1, lower($2), $3)
     ON CONFLICT (channel, address) DO UPDATE SET reason = excluded.reason, since = now()`,
    [channel, address, reason],
  );
}

export async function isBlocked(db: Executor, channel: Channel, address: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `SELECT FROM blocked_addresses
     WHERE channel = $1 AND address = lower($2) AND since > now() - make_interval(days => $3)`,
    [channel, address, BLOCKED_DAYS],
  );
  return rowCount === 1;
}
