import type pg from 'pg';
import type { DocumentKind, Scan, UploadedDocument } from '../../../api/documents.ts';
import { TRACKING } from '../../../api/tracking.ts';

type Executor = Pick<pg.Pool, 'query'>;

export type Version = { file: string; version: number; contentType: string; bytes: number; scan: Scan };

const DOCUMENT = `documents.id, application_id, name, documents.kind, version, url, documents.content_type, documents.size_bytes,
  coalesce(scan, 'elsewhere') AS scan, documents.created_at
  FROM documents LEFT JOIN document_contents ON document_id = documents.id LEFT JOIN document_versions USING (file)`;

export async function listOfApplication(db: Executor, applicationId: number): Promise<UploadedDocument[]> {
  const { rows } = await db.query<UploadedDocument>(
    `SELECT ${DOCUMENT} WHERE application_id = $1 ORDER BY documents.created_at, documents.id`,
    [applicationId],
  );
  return rows;
}

/** Undefined if the application has none of that id. `file` is null of one that was never uploaded here. */
export async function findDocument(
  db: Executor,
  applicationId: number,
  id: number,
): Promise<(UploadedDocument & { file: string | null }) | undefined> {
  const { rows } = await db.query(
    `SELECT file, ${DOCUMENT} WHERE application_id = $1 AND documents.id = $2`,
    [applicationId, id],
  );
  return rows[0];
}

/** Of whomever: for who has a signed link of it. */
export async function findByLink(
  db: Executor,
  id: number,
): Promise<(UploadedDocument & { file: string }) | undefined> {
  const { rows } = await db.query(`SELECT file, ${DOCUMENT} WHERE documents.id = $1 AND file IS NOT NULL`, [
    id,
  ]);
  return rows[0];
}

export async function listVersions(
  db: Executor,
  userId: number,
  kind: DocumentKind | undefined,
): Promise<VersionRow[]> {
  const { rows } = await db.query<VersionRow>(
    `SELECT versions.kind, version, versions.content_type, versions.size_bytes, scan, versions.created_at,
       array_agg(DISTINCT name ORDER BY name) AS names,
       coalesce(array_agg(DISTINCT application_id ORDER BY application_id) FILTER (WHERE application_id IS NOT NULL), '{}')
         AS application_ids
     FROM document_versions AS versions JOIN document_contents USING (file) JOIN documents ON documents.id = document_id
     WHERE versions.user_id = $1 AND ($2::text IS NULL OR versions.kind = $2)
     GROUP BY file ORDER BY versions.kind, version`,
    [userId, kind ?? null],
  );
  return rows;
}

type VersionRow = Omit<UploadedDocument, 'id' | 'application_id' | 'name' | 'url' | 'version'> & {
  version: number;
  names: string[];
  application_ids: number[];
};

/** Bytes of all that somebody has uploaded; the same file counts once. */
export async function usedBytes(db: Executor, userId: number): Promise<number> {
  const { rows } = await db.query(
    `SELECT coalesce(sum(size_bytes), 0)::float8 AS bytes FROM document_versions
     WHERE user_id = $1 AND scan <> 'infected'`,
    [userId],
  );
  return rows[0].bytes;
}

/** Whoever adds or takes away versions of somebody's documents does so alone, until the transaction ends. */
export async function lockDocumentsOf(tx: Executor, userId: number): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1, $2)', [DOCUMENTS, userId]);
}

/** Any constant of our own will do. */
const DOCUMENTS = 1_146_045_261;

/** By its content, or by its number. */
export async function findVersion(
  db: Executor,
  userId: number,
  kind: DocumentKind,
  by: { digest: Buffer } | { version: number },
): Promise<Version | undefined> {
  const [column, value] = 'digest' in by ? ['digest', by.digest] : ['version', by.version];
  const { rows } = await db.query<Version>(
    `SELECT file, version, content_type AS "contentType", size_bytes AS bytes, scan FROM document_versions
     WHERE user_id = $1 AND kind = $2 AND ${column} = $3`,
    [userId, kind, value],
  );
  return rows[0];
}

/** Nobody has it yet: it is removed after an hour unless `keepFile` comes. */
export async function announceFile(db: Executor, file: string): Promise<void> {
  await db.query(`INSERT INTO document_files VALUES ($1, now() + interval '1 hour')`, [file]);
}

/** False: it took so long that it is gone. */
async function keepFile(tx: Executor, file: string): Promise<boolean> {
  const { rowCount } = await tx.query('UPDATE document_files SET remove_after = NULL WHERE file = $1', [
    file,
  ]);
  return rowCount === 1;
}

export async function dropFile(db: Executor, file: string): Promise<void> {
  await db.query('UPDATE document_files SET remove_after = now() WHERE file = $1', [file]);
}

/** Undefined if the file is gone since it was announced. */
export async function insertVersion(
  tx: Executor,
  one: {
    userId: number;
    kind: DocumentKind;
    file: string;
    digest: Buffer;
    contentType: string;
    bytes: number;
    scan: Scan;
  },
): Promise<Version | undefined> {
  if (!(await keepFile(tx, one.file))) return undefined;
  const { userId, kind, file, digest, contentType, bytes, scan } = one;
  const { rows } = await tx.query<Version>(
    `WITH number AS (
       INSERT INTO document_numbers VALUES ($2, $3, 1) ON CONFLICT (user_id, kind)
       DO UPDATE SET last_version = document_numbers.last_version + 1 RETURNING last_version)
     INSERT INTO document_versions (file, user_id, kind, version, digest, content_type, size_bytes, scan)
     SELECT $1, $2, $3, last_version, $4, $5, $6, $7 FROM number
     RETURNING file, version, content_type AS "contentType", size_bytes AS bytes, scan`,
    [file, userId, kind, digest, contentType, bytes, scan],
  );
  return rows[0];
}

/** The document of an application that is this version, if there is one. */
export async function findAttached(
  db: Executor,
  applicationId: number,
  file: string,
): Promise<number | undefined> {
  const { rows } = await db.query<{ id: number }>(
    `SELECT documents.id FROM documents JOIN document_contents ON document_id = documents.id
     WHERE application_id = $1 AND file = $2`,
    [applicationId, file],
  );
  return rows[0]?.id;
}

/** The row that the monolith knows, too, with an address here as its url. */
export async function insertAttached(
  tx: Executor,
  one: { userId: number; applicationId: number; name: string; kind: DocumentKind; version: Version },
): Promise<number> {
  const { userId, applicationId, name, kind, version } = one;
  const { rows } = await tx.query<{ id: number }>(
    `WITH new AS (SELECT nextval(pg_get_serial_sequence('documents', 'id'))::integer AS id),
     contents AS (INSERT INTO document_contents (document_id, file) SELECT id, $7 FROM new)
     INSERT INTO documents (id, user_id, application_id, name, kind, url, content_type, size_bytes)
     SELECT id, $1, $2::integer, $3, $4, '${TRACKING}/' || $2::integer || '/documents/' || id || '/content', $5, $6 FROM new
     RETURNING id`,
    [userId, applicationId, name, kind, version.contentType, version.bytes, version.file],
  );
  return rows[0]!.id;
}

/** With what nobody else has of it. The caller has `lockDocumentsOf` its user. */
export async function deleteDocuments(tx: Executor, ids: readonly number[]): Promise<void> {
  await tx.query('DELETE FROM documents WHERE id = ANY ($1)', [ids]);
  await releaseContents(tx, ids);
}

/** Of all that somebody has uploaded; rows of documents stay. The caller has `lockDocumentsOf` them. */
export async function releaseContentsOf(tx: Executor, userId: number): Promise<void> {
  const { rows } = await tx.query<{ file: string }>(
    `DELETE FROM document_contents AS contents USING document_versions AS versions
     WHERE versions.file = contents.file AND user_id = $1 RETURNING contents.file`,
    [userId],
  );
  await dropUnused(tx, rows);
}

async function releaseContents(tx: Executor, ids: readonly number[]): Promise<void> {
  const { rows } = await tx.query<{ file: string }>(
    'DELETE FROM document_contents WHERE document_id = ANY ($1) RETURNING file',
    [ids],
  );
  await dropUnused(tx, rows);
}

async function dropUnused(tx: Executor, rows: readonly { file: string }[]): Promise<void> {
  await tx.query(
    `WITH unused AS (
       DELETE FROM document_versions AS versions WHERE file = ANY ($1) AND NOT EXISTS (
         SELECT FROM document_contents AS others WHERE others.file = versions.file) RETURNING file)
     UPDATE document_files SET remove_after = now() FROM unused WHERE document_files.file = unused.file`,
    [rows.map(({ file }) => file)],
  );
}

export async function documentIdsOf(db: Executor, applicationId: number): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>('SELECT id FROM documents WHERE application_id = $1', [
    applicationId,
  ]);
  return rows.map(({ id }) => id);
}

/**
 * Lets go of what is in documents whose rows have been gone for a day: somebody deleted them by SQL, here or in the monolith. Not at once, since a
 * copy that is made anew brings them again.
 */
export async function releaseMissing(tx: Executor): Promise<void> {
  await tx.query(
    `UPDATE document_contents AS contents SET missing_since = CASE WHEN here THEN NULL ELSE now() END
     FROM (SELECT document_id, documents.id IS NOT NULL AS here
           FROM document_contents LEFT JOIN documents ON documents.id = document_id) AS found
     WHERE found.document_id = contents.document_id AND here = (missing_since IS NOT NULL)`,
  );
  const { rows } = await tx.query<{ document_id: number }>(
    `SELECT document_id FROM document_contents WHERE missing_since < now() - interval '1 day' FOR UPDATE SKIP LOCKED`,
  );
  await releaseContents(
    tx,
    rows.map((row) => row.document_id),
  );
}
