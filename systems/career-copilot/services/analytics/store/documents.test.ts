import { readFile } from 'node:fs/promises';
import { after, before } from 'node:test';
import { applySchema, createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import { postgresDocuments } from './postgres.ts';
import { documentsContract } from './testing/contract.ts';

let pool: pg.Pool;

before(async () => {
  const server = await testServer();
  pool = createPool(await server.database('documents'), { max: 8 });
  const sql = await readFile(new URL('../schema.sql', import.meta.url), 'utf8');
  await applySchema(pool, { name: 'analytics', sql });
});

after(async () => {
  await pool?.end();
});

documentsContract('PostgreSQL', async () => {
  await pool.query('TRUNCATE documents');
  return { documents: postgresDocuments(pool), pool };
});
