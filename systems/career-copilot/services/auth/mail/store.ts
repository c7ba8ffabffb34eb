import type pg from 'pg';
import type { Purpose, StoredLink } from './links.ts';

/** The mails of this service, by the names of their templates; the two with a link are named by its purpose. */
export type MailKind = Purpose | 'password_changed';

export type Mail = {
  id: string;
  kind: MailKind;
  email: string;
  encryptedSecret: string | null;
  /** With the present one. */
  attempts: number;
  expiresAt: Date;
  isExpired: boolean;
};

type Executor = pg.Pool | pg.PoolClient;

/** Sent if the transaction commits, and given up after so long. */
export async function queueMail(
  db: Executor,
  { kind, email, lifeSeconds }: { kind: MailKind; email: string; lifeSeconds: number },
): Promise<void> {
  await db.query(
    `INSERT INTO mails (kind, email, expires_at) VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))`,
    [kind, email, lifeSeconds],
  );
}

/** One that is due, if there is one; no other instance takes it for `seconds`. */
export async function takeMail(db: Executor, seconds: number): Promise<Mail | undefined> {
  const { rows } = await db.query<Mail>(
    `UPDATE mails SET attempts = attempts + 1, due_at = clock_timestamp() + make_interval(secs => $1)
     WHERE id = (SELECT id FROM mails WHERE due_at <= clock_timestamp() ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING id, kind, email, encrypted_secret AS "encryptedSecret", attempts, expires_at AS "expiresAt",
       expires_at <= clock_timestamp() AS "isExpired"`,
    [seconds],
  );
  return rows[0];
}

export async function delayMail(db: Executor, id: string, seconds: number): Promise<void> {
  await db.query('UPDATE mails SET due_at = clock_timestamp() + make_interval(secs => $2) WHERE id = $1', [
    id,
    seconds,
  ]);
}

export async function removeMail(db: Executor, id: string): Promise<void> {
  await db.query('DELETE FROM mails WHERE id = $1', [id]);
}

/** Of a mail that has none yet. */
export async function insertLink(
  tx: pg.PoolClient,
  link: {
    id: string;
    accountId: number;
    purpose: Purpose;
    secretHash: string;
    encryptedSecret: string;
    seconds: number;
  },
): Promise<void> {
  const { id, accountId, purpose, secretHash, encryptedSecret, seconds } = link;
  await tx.query(
    `INSERT INTO mail_links (id, account_id, purpose, secret_hash, expires_at)
     VALUES ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5))`,
    [id, accountId, purpose, secretHash, seconds],
  );
  await tx.query('UPDATE mails SET encrypted_secret = $2 WHERE id = $1', [id, encryptedSecret]);
}

export type Link = StoredLink & { account_id: number; now: Date };

/** With `tx` it is locked until the transaction ends, so that it is used once. */
export async function findLink(
  db: Executor,
  id: string,
  { lock }: { lock: boolean },
): Promise<Link | undefined> {
  const { rows } = await db.query<Link>(
    `SELECT account_id, purpose, secret_hash, expires_at, clock_timestamp() AS now
     FROM mail_links WHERE id = $1${lock ? ' FOR UPDATE' : ''}`,
    [id],
  );
  return rows[0];
}

/** What one link has done no other of the same purpose may do again. */
export async function removeLinks(db: Executor, accountId: number, purpose: Purpose): Promise<void> {
  await db.query('DELETE FROM mail_links WHERE account_id = $1 AND purpose = $2', [accountId, purpose]);
}

export async function removeExpiredLinks(db: Executor): Promise<void> {
  await db.query('DELETE FROM mail_links WHERE expires_at <= clock_timestamp()');
}
