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

type Executor = pg.Pool | pg.PoolClient;

const APPLICATION = `SELECT applications.id, job_id, jobs.title AS job_title, companies.name AS company_name, status,
    cover_letter, applied_at, applications.created_at, applications.updated_at
  FROM applications JOIN jobs ON jobs.id = job_id JOIN companies ON companies.id = company_id
  WHERE user_id = $1`;
const NOTE = 'id, body, is_private, created_at';
const DOCUMENT = 'id, application_id, name, kind, url, content_type, size_bytes, created_at';

export async function isOpenJob(db: Executor, jobId: number): Promise<boolean> {
  const { rows } = await db.query('SELECT FROM jobs WHERE id = $1 AND is_active', [jobId]);
  return rows.length > 0;
}

/** Undefined if the user has none of that id: somebody else's is not found. */
export async function findApplication(
  db: Executor,
  userId: number,
  id: number,
): Promise<Application | undefined> {
  const { rows } = await db.query<Application>(`${APPLICATION} AND applications.id = $2`, [userId, id]);
  return rows[0];
}

export async function listApplications(
  db: Executor,
  userId: number,
  { status = null, page, limit }: { status?: ApplicationStatus | null; page: number; limit: number },
): Promise<{ rows: Application[]; total: number }> {
  const { rows } = await db.query<Application>(
    `${APPLICATION} AND ($2::text IS NULL OR status = $2)
     ORDER BY applications.created_at DESC, applications.id DESC LIMIT $3 OFFSET $4`,
    [userId, status, limit, (page - 1) * limit],
  );
  const counted = await db.query<{ total: number }>(
    `SELECT count(*)::int AS total FROM applications WHERE user_id = $1 AND ($2::text IS NULL OR status = $2)`,
    [userId, status],
  );
  return { rows, total: counted.rows[0]!.total };
}

/** Undefined if the user has one for this job already. */
export async function insertApplication(
  db: Executor,
  one: { userId: number; jobId: number; status: 'saved' | 'applied'; coverLetter: string | null },
): Promise<number | undefined> {
  const { rows } = await db.query<{ id: number }>(
    `INSERT INTO applications (user_id, job_id, status, cover_letter, applied_at)
     VALUES ($1, $2, $3, $4, CASE WHEN $3::varchar = 'applied' THEN now() END)
     ON CONFLICT (user_id, job_id) DO NOTHING RETURNING id`,
    [one.userId, one.jobId, one.status, one.coverLetter],
  );
  return rows[0]?.id;
}

/** Locks it until the transaction ends. */
export async function lockStatus(
  tx: pg.PoolClient,
  userId: number,
  id: number,
): Promise<ApplicationStatus | undefined> {
  const { rows } = await tx.query<{ status: ApplicationStatus }>(
    'SELECT status FROM applications WHERE id = $1 AND user_id = $2 FOR UPDATE',
    [id, userId],
  );
  return rows[0]?.status;
}

export async function updateStatus(db: Executor, id: number, status: ApplicationStatus): Promise<void> {
  await db.query(
    `UPDATE applications SET status = $2, updated_at = now(),
       applied_at = CASE WHEN $2::varchar = 'applied' THEN now() ELSE applied_at END WHERE id = $1`,
    [id, status],
  );
}

export async function addToTimeline(
  db: Executor,
  entry: {
    applicationId: number;
    from: ApplicationStatus | null;
    to: ApplicationStatus;
    note: string | null;
  },
): Promise<void> {
  await db.query(
    'INSERT INTO application_timeline (application_id, from_status, to_status, note) VALUES ($1, $2, $3, $4)',
    [entry.applicationId, entry.from, entry.to, entry.note],
  );
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
    `INSERT INTO application_notes (application_id, body, is_private) VALUES ($1, $2, $3) RETURNING ${NOTE}`,
    [applicationId, note.body, note.is_private ?? false],
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
