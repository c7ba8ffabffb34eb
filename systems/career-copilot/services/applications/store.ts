import { prepared } from '@banyan/postgres';
import type pg from 'pg';
import type {
  Application,
  ApplicationStatus,
  Document,
  NewDocument,
  NewNote,
  Note,
  TimelineEntry,
} from '../../api/applications.ts';

import { deleteDocuments, documentIdsOf } from './documents/store.ts';

type Executor = pg.Pool | pg.PoolClient;

const APPLICATION = `SELECT applications.id, job_id, jobs.title AS job_title, companies.name AS company_name, status,
    cover_letter, applied_at, applications.created_at, applications.updated_at
  FROM applications JOIN jobs ON jobs.id = job_id JOIN companies ON companies.id = company_id
  WHERE user_id = $1`;
const NOTE = 'id, body, is_private, created_at';
const DOCUMENT = 'id, application_id, name, kind, url, content_type, size_bytes, created_at';

export async function isOpenJob(db: Executor, jobId: number): Promise<boolean> {
  const { rows } = await db.query(prepared('SELECT FROM jobs WHERE id = $1 AND is_active', [jobId]));
  return rows.length > 0;
}

/** Undefined if the user has none of that id: somebody else's is not found. */
export async function findApplication(
  db: Executor,
  userId: number,
  id: number,
): Promise<Application | undefined> {
  const { rows } = await db.query<Application>(
    prepared(`${APPLICATION} AND applications.id = $2`, [userId, id]),
  );
  return rows[0];
}

export async function listApplications(
  db: Executor,
  userId: number,
  { status = null, page, limit }: { status?: ApplicationStatus | null; page: number; limit: number },
): Promise<{ rows: Application[]; total: number }> {
  const { rows } = await db.query<Application>(
    prepared(
      `${APPLICATION} AND ($2::text IS NULL OR status = $2)
     ORDER BY applications.created_at DESC, applications.id DESC LIMIT $3 OFFSET $4`,
      [userId, status, limit, (page - 1) * limit],
    ),
  );
  const counted = await db.query<{ total: number }>(
    prepared(
      `SELECT count(*)::int AS total FROM applications WHERE user_id = $1 AND ($2::text IS NULL OR status = $2)`,
      [userId, status],
    ),
  );
  return { rows, total: counted.rows[0]!.total };
}

/** With the first step of its timeline. Undefined if the user has one for this job already. */
export async function insertApplication(
  tx: pg.PoolClient,
  one: { userId: number; jobId: number; status: 'saved' | 'applied'; coverLetter: string | null },
): Promise<{ id: number; created_at: Date; applied_at: Date | null } | undefined> {
  const { rows } = await tx.query(
    prepared(
      `WITH made AS (
       INSERT INTO applications (user_id, job_id, status, cover_letter, applied_at)
       VALUES ($1, $2, $3, $4, CASE WHEN $3::varchar = 'applied' THEN now() END)
       ON CONFLICT (user_id, job_id) DO NOTHING RETURNING id, status, created_at, applied_at),
     step AS (INSERT INTO application_timeline (application_id, to_status) SELECT id, status FROM made)
     SELECT id, created_at, applied_at FROM made`,
      [one.userId, one.jobId, one.status, one.coverLetter],
    ),
  );
  return rows[0];
}

/** An application as a command finds it. */
export type LockedApplication = {
  id: number;
  userId: number;
  jobId: number;
  status: string;
  /** Of the transaction. */
  now: Date;
};

/** Locks it until the transaction ends. Undefined if the user has none of that id. */
export async function lockApplication(
  tx: pg.PoolClient,
  userId: number,
  id: number,
): Promise<LockedApplication | undefined> {
  const { rows } = await tx.query<LockedApplication>(
    prepared(
      `SELECT id, user_id AS "userId", job_id AS "jobId", status, now() AS now
     FROM applications WHERE id = $1 AND user_id = $2 FOR UPDATE`,
      [id, userId],
    ),
  );
  return rows[0];
}

/** As the monolith does it: the status, a step of the timeline, and a notification of it. Somebody has answered. */
export async function moveOn(
  tx: pg.PoolClient,
  { id, userId, status: from }: LockedApplication,
  to: ApplicationStatus,
  note: string | null,
): Promise<void> {
  await tx.query(
    prepared(
      `WITH moved AS (
       UPDATE applications SET status = $2, updated_at = now(),
         applied_at = CASE WHEN $2::varchar = 'applied' THEN now() ELSE applied_at END WHERE id = $1),
     step AS (
       INSERT INTO application_timeline (application_id, from_status, to_status, note) VALUES ($1, $3, $2, $4)),
     answered AS (${END_GHOSTED})
     INSERT INTO notifications (user_id, kind, title, body) VALUES ($5, 'status_changed', 'Application updated', $6)`,
      [id, to, from, note, userId, `Your application moved from ${from} to ${to}.`],
    ),
  );
}

/** Nobody answers any more, from this status on, which stays the monolith's. */
export async function beginGhosted(
  tx: pg.PoolClient,
  { id, status }: Pick<LockedApplication, 'id' | 'status'>,
): Promise<void> {
  await tx.query(
    `INSERT INTO application_details (application_id, ghosted_from, ghosted_at) VALUES ($1, $2, now())
     ON CONFLICT (application_id) DO UPDATE SET ghosted_from = excluded.ghosted_from, ghosted_at = excluded.ghosted_at`,
    [id, status],
  );
}

export async function endGhosted(tx: pg.PoolClient, id: number): Promise<void> {
  await tx.query(END_GHOSTED, [id]);
}

const END_GHOSTED =
  'UPDATE application_details SET ghosted_from = NULL, ghosted_at = NULL WHERE application_id = $1';

export async function insertReason(
  tx: pg.PoolClient,
  id: number,
  version: number,
  reason: string,
): Promise<void> {
  await tx.query('INSERT INTO application_reasons VALUES ($1, $2, $3)', [id, version, reason]);
}

export async function insertNotification(
  db: Executor,
  { userId, kind, title, body }: { userId: number; kind: string; title: string; body: string },
): Promise<void> {
  await db.query('INSERT INTO notifications (user_id, kind, title, body) VALUES ($1, $2, $3, $4)', [
    userId,
    kind,
    title,
    body,
  ]);
}

/** With all that belongs to it. The caller has `lockDocumentsOf` its user. */
export async function deleteApplication(tx: pg.PoolClient, id: number): Promise<void> {
  await deleteDocuments(tx, await documentIdsOf(tx, id));
  for (const table of PARTS) await tx.query(`DELETE FROM ${table} WHERE application_id = $1`, [id]);
  await tx.query('DELETE FROM applications WHERE id = $1', [id]);
}

const PARTS = [
  'application_timeline',
  'application_notes',
  'application_details',
  'application_reasons',
  'application_contacts',
  'next_actions',
  'application_postings',
] as const;

export async function listTimeline(db: Executor, applicationId: number): Promise<TimelineEntry[]> {
  return await ofApplication(
    db,
    'application_timeline',
    'id, from_status, to_status, note, created_at',
    applicationId,
  );
}

export async function listNotes(db: Executor, applicationId: number): Promise<Note[]> {
  return await ofApplication(db, 'application_notes', NOTE, applicationId);
}

export async function listDocuments(db: Executor, applicationId: number): Promise<Document[]> {
  return await ofApplication(db, 'documents', DOCUMENT, applicationId);
}

async function ofApplication<T extends object>(
  db: Executor,
  table: string,
  columns: string,
  id: number,
): Promise<T[]> {
  const { rows } = await db.query<T>(
    `SELECT ${columns} FROM ${table} WHERE application_id = $1 ORDER BY created_at, id`,
    [id],
  );
  return rows;
}

export async function insertNote(db: Executor, applicationId: number, note: NewNote): Promise<Note> {
  const { rows } = await db.query<Note>(
    prepared(
      `INSERT INTO application_notes (application_id, body, is_private) VALUES ($1, $2, $3) RETURNING ${NOTE}`,
      [applicationId, note.body, note.is_private ?? false],
    ),
  );
  return rows[0]!;
}

export async function insertDocument(
  db: Executor,
  userId: number,
  applicationId: number,
  { name, kind, url, content_type, size_bytes }: NewDocument,
): Promise<Document> {
  const { rows } = await db.query<Document>(
    `INSERT INTO documents (user_id, application_id, name, kind, url, content_type, size_bytes)
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${DOCUMENT}`,
    [userId, applicationId, name, kind, url, content_type, size_bytes],
  );
  return rows[0]!;
}
