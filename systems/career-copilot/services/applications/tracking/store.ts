import { keyset } from '@banyan/service';
import type pg from 'pg';
import type {
  Action,
  Contact,
  NewAction,
  NewContact,
  Posting,
  Source,
  Tracked,
  TrackedQuery,
} from '../../../api/tracking.ts';
import { isIrregular, nextOf, type Step, stageOf } from '../transitions.ts';
import type { Sources } from './history.ts';

type Executor = Pick<pg.Pool, 'query'>;

/** SQL: the state of `applications` with its `application_details`, as users of this service see it. */
export const STATE = `CASE WHEN details.ghosted_from = applications.status THEN 'ghosted' ELSE applications.status END`;

const TRACKED = `
  SELECT applications.id, applications.job_id, jobs.title AS job_title, companies.name AS company_name,
    applications.status AS stage, ${STATE} AS state, source, source_detail, cover_letter,
    next.id AS action_id, what, due_at, remind_at, reminded_at,
    applied_at, applications.created_at, applications.updated_at,
    (SELECT jsonb_agg(jsonb_build_object('from', from_status, 'to', to_status))
     FROM application_timeline AS step WHERE step.application_id = applications.id) AS steps
  FROM applications
  LEFT JOIN jobs ON jobs.id = applications.job_id
  LEFT JOIN companies ON companies.id = company_id
  LEFT JOIN application_details AS details ON details.application_id = applications.id
  LEFT JOIN next_actions AS next ON next.application_id = applications.id AND closed_at IS NULL
  WHERE user_id = $1`;

const NEWEST = keyset([
  { column: 'created_at', type: 'timestamptz', descending: true },
  { column: 'id', type: 'integer', descending: true },
]);

export async function listTracked(
  db: Executor,
  userId: number,
  { status, source, company, due_before: dueBefore, limit, cursor }: TrackedQuery,
): Promise<{ items: Tracked[]; next_cursor: string | null }> {
  const text = `${TRACKED} AND ($2::text IS NULL OR ${STATE} = $2) AND ($3::text IS NULL OR source = $3)
    AND ($4::text IS NULL OR strpos(lower(companies.name), lower($4)) > 0)
    AND ($5::timestamptz IS NULL OR due_at < $5)`;
  const values = [userId, status ?? null, source ?? null, company ?? null, dueBefore ?? null];
  const page = await NEWEST.page<TrackedRow>(db, { text, values }, { limit, cursor });
  return { ...page, items: page.items.map(trackedOf) };
}

/** Undefined if the user has none of that id. */
export async function findTracked(
  db: Executor,
  userId: number,
  id: number,
): Promise<(Tracked & { cover_letter: string | null }) | undefined> {
  const { rows } = await db.query<TrackedRow>(`${TRACKED} AND applications.id = $2`, [userId, id]);
  return rows[0] && { ...trackedOf(rows[0]), cover_letter: rows[0].cover_letter };
}

export async function listContacts(db: Executor, applicationId: number): Promise<Contact[]> {
  const { rows } = await db.query<Contact>(
    `SELECT ${CONTACT} FROM application_contacts WHERE application_id = $1 AND removed_at IS NULL ORDER BY id`,
    [applicationId],
  );
  return rows;
}

export async function insertContact(
  db: Executor,
  applicationId: number,
  { name, role, email, phone }: NewContact,
): Promise<Contact> {
  const { rows } = await db.query<Contact>(
    `INSERT INTO application_contacts (application_id, name, role, email, phone) VALUES ($1, $2, $3, $4, $5)
     RETURNING ${CONTACT}`,
    [applicationId, name, role ?? null, email ?? null, phone ?? null],
  );
  return rows[0]!;
}

export async function endContact(db: Executor, applicationId: number, id: number): Promise<void> {
  await db.query('UPDATE application_contacts SET removed_at = now() WHERE id = $2 AND application_id = $1', [
    applicationId,
    id,
  ]);
}

export async function keepSource(
  db: Executor,
  applicationId: number,
  { kind, detail }: Source,
): Promise<void> {
  await db.query(
    `INSERT INTO application_details (application_id, source, source_detail) VALUES ($1, $2, $3)
     ON CONFLICT (application_id) DO UPDATE SET source = excluded.source, source_detail = excluded.source_detail`,
    [applicationId, kind, detail ?? null],
  );
}

/** In place of what was to be done. */
export async function insertAction(
  db: Executor,
  applicationId: number,
  { what, due_at, remind_at }: NewAction,
): Promise<Action> {
  await closeAction(db, applicationId);
  const { rows } = await db.query<Action>(
    `INSERT INTO next_actions (application_id, what, due_at, remind_at) VALUES ($1, $2, $3, $4)
     RETURNING id, what, due_at, remind_at, reminded_at`,
    [applicationId, what, due_at, remind_at ?? null],
  );
  return rows[0]!;
}

export async function closeAction(db: Executor, applicationId: number): Promise<void> {
  await db.query(
    'UPDATE next_actions SET closed_at = now() WHERE application_id = $1 AND closed_at IS NULL',
    [applicationId],
  );
}

/** Undefined if none was kept. */
export async function findPosting(db: Executor, applicationId: number): Promise<Posting | undefined> {
  const { rows } = await db.query<Posting>(
    `SELECT postings.*, kept_at FROM application_postings JOIN postings USING (job_id, digest)
     WHERE application_id = $1`,
    [applicationId],
  );
  return rows[0];
}

/** Rows that say what happened: some of them from before the stream of the application began. */
export async function rowsOfHistory(db: Executor, applicationId: number): Promise<Omit<Sources, 'events'>> {
  const of = async <T extends pg.QueryResultRow>(columns: string, table: string, order: string) =>
    (
      await db.query<T>(`SELECT ${columns} FROM ${table} WHERE application_id = $1 ORDER BY ${order}`, [
        applicationId,
      ])
    ).rows;
  const reasons = await of<{ version: number; reason: string }>(
    'version, reason',
    'application_reasons',
    'version',
  );
  return {
    reasons: new Map(reasons.map(({ version, reason }) => [version, reason])),
    steps: await of('from_status, to_status, note, created_at', 'application_timeline', 'created_at, id'),
    notes: await of('id, created_at', 'application_notes', 'id'),
    documents: await of('id, created_at', 'documents', 'id'),
  };
}

const CONTACT = 'id, name, role, email, phone, created_at';

type TrackedRow = Omit<Tracked, 'status' | 'may_become' | 'irregular' | 'source' | 'next_action'> & {
  stage: string;
  state: string;
  cover_letter: string | null;
  source: Source['kind'] | null;
  source_detail: string | null;
  action_id: number | null;
  what: string;
  due_at: Date;
  remind_at: Date | null;
  reminded_at: Date | null;
  steps: Step[] | null;
};

function trackedOf({ stage, state, steps, source, source_detail: detail, ...row }: TrackedRow): Tracked {
  const { action_id: id, what, due_at, remind_at, reminded_at } = row;
  return {
    ...row,
    status: state,
    may_become: [...nextOf({ stage: stageOf(stage), ghosted: state === 'ghosted' })],
    irregular: isIrregular(stage, steps ?? []),
    source: source === null ? null : { kind: source, ...(detail === null ? {} : { detail }) },
    next_action: id === null ? null : { id, what, due_at, remind_at, reminded_at },
  };
}
