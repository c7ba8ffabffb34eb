/** The peer: Fastify with the same route, schemas, statement and pool, and nothing else. */
import { createPool } from '@banyan/postgres';
import Fastify from 'fastify';
import { findNote, Note, Params, POOL_SIZE } from './note.ts';

const pool = createPool(process.env.DATABASE_URL!, { max: POOL_SIZE });
const app = Fastify();
app.get<{ Params: { id: number } }>(
  '/notes/:id',
  { schema: { params: Params, response: { 200: Note } } },
  async ({ params }, reply) => {
    const { rows } = await pool.query(findNote(params.id));
    return rows[0] ?? (await reply.code(404).send());
  },
);
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
console.log('ready');
