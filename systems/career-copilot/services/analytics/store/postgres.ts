import type { Db } from '@banyan/postgres';
import { type Documents, remember } from './documents.ts';

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

const INSERT = `INSERT INTO documents (kind, id, value, heard, version) VALUES ($1, $2, $3, $4, 1)
  ON CONFLICT (kind, id) DO NOTHING`;
const UPDATE =
  'UPDATE documents SET value = $3, heard = $4, version = version + 1 WHERE kind = $1 AND id = $2';
