import { leasedRows } from '@banyan/service';
import type pg from 'pg';
import type { Purpose, StoredLink } from './links.ts';

/** The mails of this service, by the names of their templates; the two with a link are named by its purpose. */
export type MailKind = Purpose | 'password_changed';

export type Mail = {
  id: string;
  kind: MailKind;
  email: string;
  encryptedSecret: string | null;
  expiresAt: Date;
  isExpired: boolean;
};

type Executor = pg.Pool | pg.PoolClient;

/** Sent as soon as the transaction has committed, and given up after so long. */
export async function queueMail(
  db: Executor,
  { kind, email, lifeSeconds }: { kind: MailKind; email: string; lifeSeconds: number },
): Promise<void> {
  await db.query(
    `WITH queued AS (
       INSERT INTO mails (kind, email, expires_at) VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
     )
     SELECT pg_notify('auth_mails', '')`,
    [kind, email, lifeSeconds],
  );
}

/** Mails that are to be handed over; a call waits for less long than the lease. */
export const mails = leasedRows<Mail>({
  table: 'mails',
  key: 'id',
  columns: `id, kind, email, encrypted_secret AS "encryptedSecret", expires_at AS "expiresAt",
    expires_at <= now() AS "isExpired"`,
  leaseMs: 60_000,
});

export async function removeMail(db: Executor, id: string): Promise<void> {
  await db.query('DELETE FROM mails WHERE id = $1', [id]);
}

/** Of a mail that has none yet, which nobody wants any more once the link is good no more. Resolves with when that is. */
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
): Promise<Date> {
  const { id, accountId, purpose, secretHash, encryptedSecret, seconds } = link;
  await tx.query(
    `INSERT INTO mail_links (id, account_id, purpose, secret_hash, expires_at)
     VALUES ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5))`,
    [id, accountId, purpose, secretHash, seconds],
  );
  const { rows } = await tx.query<{ expiresAt: Date }>(
    `UPDATE mails SET encrypted_secret = $2, expires_at = least(expires_at, clock_timestamp() + make_interval(secs => $3))
     WHERE id = $1 RETURNING expires_at AS "expiresAt"`,
    [id, encryptedSecret, seconds],
  );
  return rows[0]!.expiresAt;
}

export type Link = StoredLink & { account_id: number; now: Date };

export async function findLink(db: Executor, id: string): Promise<Link | undefined> {
  const { rows } = await db.query<Link>(
    `SELECT account_id, purpose, secret_hash, expires_at, clock_timestamp() AS now
     FROM mail_links WHERE id = $1`,
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
