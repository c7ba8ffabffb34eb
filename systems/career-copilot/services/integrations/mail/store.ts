import { randomBytes } from 'node:crypto';
import { keyset } from '@banyan/service';
import type pg from 'pg';
import type { MailKind, Proposal } from '../../../api/mail.ts';

type Executor = pg.Pool | pg.PoolClient;

export type KeptAddress = { local_part: string; senders: string[]; created_at: Date };
const ADDRESS = 'local_part, senders, created_at';
/** Of one user; what comes beyond is not looked at. */
const MOST_A_DAY = 200;

export async function findAddress(db: Executor, userId: number): Promise<KeptAddress | undefined> {
  const { rows } = await db.query<KeptAddress>(`SELECT ${ADDRESS} FROM mail_addresses WHERE user_id = $1`, [
    userId,
  ]);
  return rows[0];
}

/** The first time it makes an address, later it keeps it. */
export async function saveSenders(db: Executor, userId: number, senders: string[]): Promise<KeptAddress> {
  const { rows } = await db.query<KeptAddress>(
    `INSERT INTO mail_addresses (user_id, local_part, senders) VALUES ($1, $2, $3)
     ON CONFLICT (user_id) DO UPDATE SET senders = excluded.senders RETURNING ${ADDRESS}`,
    [userId, newLocalPart(), senders],
  );
  return rows[0]!;
}

/** What is sent to the old one is nobody's from then on. Undefined: there was none. */
export async function rotateAddress(db: Executor, userId: number): Promise<KeptAddress | undefined> {
  const { rows } = await db.query<KeptAddress>(
    `UPDATE mail_addresses SET local_part = $2, created_at = now() WHERE user_id = $1 RETURNING ${ADDRESS}`,
    [userId, newLocalPart()],
  );
  return rows[0];
}

export async function deleteAddress(db: Executor, userId: number): Promise<boolean> {
  const { rowCount } = await db.query('DELETE FROM mail_addresses WHERE user_id = $1', [userId]);
  return rowCount === 1;
}

/** Small letters and digits: mail servers do not all keep capitals apart. */
function newLocalPart(): string {
  return `my-${randomBytes(13).toString('hex')}`;
}

/** Whose address it is, and whether as much came today as may come. */
export async function findOwner(
  db: Executor,
  localPart: string,
): Promise<{ userId: number; senders: string[]; isBusy: boolean } | undefined> {
  const { rows } = await db.query<{ userId: number; senders: string[]; isBusy: boolean }>(
    `SELECT user_id AS "userId", senders, (
       SELECT count(*) FROM mail_proposals p WHERE p.user_id = a.user_id AND received_at > now() - interval '1 day'
     ) >= $2 AS "isBusy"
     FROM mail_addresses a WHERE local_part = $1`,
    [localPart, MOST_A_DAY],
  );
  return rows[0];
}

const PROPOSAL = `id, state, kind, proposed_status, sentence, subject, sender, received_at, application_id`;
const LATEST_FIRST = keyset([{ column: 'id', type: 'integer', descending: true }]);

/** Undefined: a mail of this id has made one already. */
export async function insertProposal(
  tx: pg.PoolClient,
  one: {
    userId: number;
    mailHash: string;
    kind: MailKind;
    status: string;
    sentence: string;
    subject: string;
    sender: string;
    senderName: string;
  },
): Promise<number | undefined> {
  const { rows } = await tx.query<{ id: number }>(
    `INSERT INTO mail_proposals (user_id, mail_hash, kind, proposed_status, sentence, subject, sender, sender_name)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (user_id, mail_hash) DO NOTHING RETURNING id`,
    [one.userId, one.mailHash, one.kind, one.status, one.sentence, one.subject, one.sender, one.senderName],
  );
  return rows[0]?.id;
}

export async function listProposals(
  db: Executor,
  userId: number,
  { state, ...page }: { state?: string; limit: number; cursor?: string },
): Promise<{ items: Proposal[]; next_cursor: string | null }> {
  const text = `SELECT ${PROPOSAL} FROM mail_proposals WHERE user_id = $1 AND ($2::text IS NULL OR state = $2)`;
  return await LATEST_FIRST.page<Proposal>(db, { text, values: [userId, state ?? null] }, page);
}

export type KeptProposal = Proposal & { sender_name: string };

export async function findProposal(
  db: Executor,
  userId: number,
  id: number,
): Promise<KeptProposal | undefined> {
  const { rows } = await db.query<KeptProposal>(
    `SELECT ${PROPOSAL}, sender_name FROM mail_proposals WHERE user_id = $1 AND id = $2`,
    [userId, id],
  );
  return rows[0];
}

/** Undefined: it is not open any more. */
export async function closeProposal(
  db: Executor,
  userId: number,
  id: number,
  state: 'confirmed' | 'dismissed',
  applicationId: number | null,
): Promise<Proposal | undefined> {
  const { rows } = await db.query<Proposal>(
    `UPDATE mail_proposals SET state = $3, application_id = $4
     WHERE user_id = $1 AND id = $2 AND state = 'open' RETURNING ${PROPOSAL}`,
    [userId, id, state, applicationId],
  );
  return rows[0];
}

export async function forget(tx: pg.PoolClient, userId: number): Promise<void> {
  await tx.query('DELETE FROM mail_addresses WHERE user_id = $1', [userId]);
  await tx.query('DELETE FROM mail_proposals WHERE user_id = $1', [userId]);
}
