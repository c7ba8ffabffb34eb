import { randomBytes } from 'node:crypto';
import { keyset } from '@banyan/service';
import type pg from 'pg';
import type { MailKind, Proposal } from '../../../api/mail.ts';

type Executor = pg.Pool | pg.PoolClient;

export type KeptAddress = { local_part: string; senders: string[]; moves: boolean; created_at: Date };
const ADDRESS = 'local_part, senders, moves, created_at';
/** Of one user; what comes beyond is not looked at. */
const MOST_A_DAY = 200;

export async function findAddress(db: Executor, userId: number): Promise<KeptAddress | undefined> {
  const { rows } = await db.query<KeptAddress>(`SELECT ${ADDRESS} FROM mail_addresses WHERE user_id = $1`, [
    userId,
  ]);
  return rows[0];
}

/** The first time it makes an address, later it keeps it. `moves` undefined: as it was. */
export async function saveSenders(
  db: Executor,
  userId: number,
  { senders, moves }: { senders: string[]; moves?: boolean | undefined },
): Promise<KeptAddress> {
  const { rows } = await db.query<KeptAddress>(
    `INSERT INTO mail_addresses AS known (user_id, local_part, senders, moves) VALUES ($1, $2, $3, coalesce($4, false))
     ON CONFLICT (user_id) DO UPDATE SET senders = excluded.senders, moves = coalesce($4, known.moves) RETURNING ${ADDRESS}`,
    [userId, newLocalPart(), senders, moves ?? null],
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

type Owner = { userId: number; senders: string[]; moves: boolean; isBusy: boolean };

/** Whose address it is, and whether as much came today as may come. */
export async function findOwner(db: Executor, localPart: string): Promise<Owner | undefined> {
  const { rows } = await db.query<Owner>(
    `SELECT user_id AS "userId", senders, moves, (
       SELECT count(*) FROM mail_proposals p WHERE p.user_id = a.user_id AND received_at > now() - interval '1 day'
     ) >= $2 AS "isBusy"
     FROM mail_addresses a WHERE local_part = $1`,
    [localPart, MOST_A_DAY],
  );
  return rows[0];
}

const PROPOSAL = `id, state, kind, proposed_status, sentence, subject, sender, received_at, application_id, moves_at,
  moved_by_mail`;
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
    /** Null: it does not move anything by itself. */
    movesInMs: number | null;
  },
): Promise<number | undefined> {
  const { rows } = await tx.query<{ id: number }>(
    `INSERT INTO mail_proposals (user_id, mail_hash, kind, proposed_status, sentence, subject, sender, sender_name, moves_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9 * interval '1 millisecond') ON CONFLICT (user_id, mail_hash) DO NOTHING RETURNING id`,
    [
      one.userId,
      one.mailHash,
      one.kind,
      one.status,
      one.sentence,
      one.subject,
      one.sender,
      one.senderName,
      one.movesInMs,
    ],
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
    `UPDATE mail_proposals SET state = $3, application_id = $4, moves_at = NULL
     WHERE user_id = $1 AND id = $2 AND state = 'open' RETURNING ${PROPOSAL}`,
    [userId, id, state, applicationId],
  );
  return rows[0];
}

/** One that is to move its application now, for whoever locks it: nobody else has it in hand, and its user's word waits. */
export async function lockMoving(
  tx: pg.PoolClient,
): Promise<(KeptProposal & { userId: number }) | undefined> {
  const { rows } = await tx.query<KeptProposal & { userId: number }>(
    `SELECT ${PROPOSAL}, sender_name, user_id AS "userId" FROM mail_proposals
     WHERE state = 'open' AND moves_at <= now() ORDER BY moves_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
  );
  return rows[0];
}

export async function noteMoved(tx: pg.PoolClient, id: number, applicationId: number): Promise<void> {
  await tx.query(
    `UPDATE mail_proposals SET state = 'confirmed', application_id = $2, moved_by_mail = true, moves_at = NULL WHERE id = $1`,
    [id, applicationId],
  );
}

/** Null: it waits for its user's word, as others do. */
export async function moveLater(tx: pg.PoolClient, id: number, inMs: number | null): Promise<void> {
  await tx.query(`UPDATE mail_proposals SET moves_at = now() + $2 * interval '1 millisecond' WHERE id = $1`, [
    id,
    inMs,
  ]);
}

/** Those of a user who does not want it any more wait for their word. */
export async function stopMoving(db: Executor, userId: number): Promise<void> {
  await db.query('UPDATE mail_proposals SET moves_at = NULL WHERE user_id = $1 AND moves_at IS NOT NULL', [
    userId,
  ]);
}

export async function forget(tx: pg.PoolClient, userId: number): Promise<void> {
  await tx.query('DELETE FROM mail_addresses WHERE user_id = $1', [userId]);
  await tx.query('DELETE FROM mail_proposals WHERE user_id = $1', [userId]);
}
