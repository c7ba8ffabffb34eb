import { readFile } from 'node:fs/promises';
import { applySchema, type Db } from '@banyan/postgres';
import type pg from 'pg';
import { type Documents, type OneOfMany, remember } from './documents.ts';

/** Its table, in the service's own database. */
export async function applyDocumentsSchema(pool: pg.Pool): Promise<void> {
  const sql = await readFile(new URL('documents.sql', import.meta.url), 'utf8');
  await applySchema(pool, { name: 'banyan_documents', sql });
}

/** In the service's own database, as JSONB. */
export function postgresDocuments(pool: Db): Documents {
  return {
    async change({ kind, id, event, tx }, fold) {
      const { rows } = await tx.query({
        name: 'document-lock',
        text: 'SELECT value, heard FROM documents WHERE kind = $1 AND id = $2 FOR UPDATE',
        values: [kind, id],
      });
      const [before] = rows;
      if (before?.heard.includes(event)) return false;
      const { rowCount } = await tx.query({
        name: before ? 'document-change' : 'document-insert',
        text: before ? UPDATE : INSERT,
        values: [kind, id, JSON.stringify(fold(before?.value)), remember(before?.heard ?? [], event)],
      });
      // Somebody else has made it in between.
      return rowCount === 1 || (await this.change({ kind, id, event, tx }, fold));
    },

    async changeMany<T extends object>(
      { kind, tx }: { kind: string; tx: pg.PoolClient },
      changes: readonly OneOfMany<T>[],
    ) {
      const { rows } = await tx.query<Found>({
        name: 'documents-lock',
        text: 'SELECT id, value, heard FROM documents WHERE kind = $1 AND id = ANY ($2) ORDER BY id FOR UPDATE',
        values: [kind, [...new Set(changes.map(({ id }) => id))]],
      });
      const made = madeOf(rows, changes);
      const change = async (name: string, text: string, some: readonly Made[]) => {
        if (some.length === 0) return new Set<number>();
        const done = await tx.query<{ id: number }>({ name, text, values: [kind, JSON.stringify(some)] });
        return new Set(done.rows.map(({ id }) => id));
      };
      await change(
        'documents-change',
        UPDATE_MANY,
        made.filter(({ isNew }) => !isNew),
      );
      const isNew = made.filter((one) => one.isNew);
      const inserted = await change('documents-insert', INSERT_MANY, isNew);
      // Somebody else has made those in between.
      const missed = new Set(isNew.map(({ id }) => id).filter((id) => !inserted.has(id)));
      for (const { id, event, fold } of changes)
        if (missed.has(id)) await this.change({ kind, id, event, tx }, fold);
    },

    async find(kind, ids) {
      const { rows } = await pool.query({
        name: 'documents-find',
        text: 'SELECT id, value FROM documents WHERE kind = $1 AND id = ANY ($2)',
        values: [kind, ids],
      });
      return new Map(rows.map(({ id, value }) => [id, value]));
    },

    async versions(kind, ids) {
      const { rows } = await pool.query<{ id: number; version: number }>(
        'SELECT id, version FROM documents WHERE kind = $1 AND id = ANY ($2)',
        [kind, ids],
      );
      return new Map(rows.map(({ id, version }) => [id, version]));
    },

    async page(kind, { after, limit }) {
      const { rows } = await pool.query(
        'SELECT id, value FROM documents WHERE kind = $1 AND id > $2 ORDER BY id LIMIT $3',
        [kind, after, limit],
      );
      return rows.map(({ id, value }) => [id, value]);
    },

    close: async () => {},
  };
}

type Found = { id: number; value: object; heard: string[] };
type Made = Found & { isNew: boolean };

/** What the documents become that the changes change. Pure, but for what it calls. */
function madeOf<T extends object>(found: readonly Found[], changes: readonly OneOfMany<T>[]): Made[] {
  const before = new Map(found.map((one) => [one.id, one]));
  const made = new Map<number, Made>();
  for (const { id, event, fold } of changes) {
    const { value, heard = [] } = made.get(id) ?? before.get(id) ?? {};
    if (heard.includes(event)) continue;
    const next = { id, value: fold(value as T | undefined), heard: remember(heard, event) };
    made.set(id, { ...next, isNew: !before.has(id) });
  }
  return [...made.values()].sort((a, b) => a.id - b.id);
}

const INSERT = `INSERT INTO documents (kind, id, value, heard, version) VALUES ($1, $2, $3, $4, 1)
  ON CONFLICT (kind, id) DO NOTHING`;
const UPDATE =
  'UPDATE documents SET value = $3, heard = $4, version = version + 1 WHERE kind = $1 AND id = $2';
const INSERT_MANY = `INSERT INTO documents (kind, id, value, heard, version)
  SELECT $1, id, value, heard, 1 FROM jsonb_to_recordset($2) AS d(id int, value jsonb, heard text[]) ORDER BY id
  ON CONFLICT (kind, id) DO NOTHING RETURNING id`;
const UPDATE_MANY = `UPDATE documents AS d SET value = n.value, heard = n.heard, version = d.version + 1
  FROM jsonb_to_recordset($2) AS n(id int, value jsonb, heard text[]) WHERE d.kind = $1 AND d.id = n.id RETURNING d.id`;
