/** A service by the kit: tokens verified, owner or administrator, metrics, traces, problem documents, load shedding. */
import { defineErrors, defineService, owner, role } from '@banyan/service';
import { Type } from 'typebox';
import { findNote, Note, Params } from './note.ts';

const errors = defineErrors({ NOTE_NOT_FOUND: [404, 'There is no such note.'] });

const notes = defineService({
  name: 'notes',
  config: Type.Object({ SECRET: Type.String() }),
  schema: new URL('schema.sql', import.meta.url),
  auth: { issuers: ({ config }) => [{ issuer: 'bench', algorithm: 'HS256', secret: config.SECRET }] },
  routes: (app, { pool }) => {
    app.get(
      '/notes/:id',
      {
        config: { allow: [owner('params.id'), role('admin')] },
        schema: { params: Params, response: { 200: Note } },
      },
      async ({ params }) => {
        const { rows } = await pool.query(findNote(params.id));
        if (!rows[0]) throw errors('NOTE_NOT_FOUND', { fields: params });
        return rows[0];
      },
    );
  },
});

await notes.start(process.env);
console.log('ready');
