import { after, before } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import { applyDocumentsSchema, postgresDocuments } from './postgres.ts';
import { documentsContract } from './testing/contract.ts';

let pool: pg.Pool;

before(async () => {
  const server = await testServer();
  pool = createPool(await server.database('documents'), { max: 8 });
  await applyDocumentsSchema(pool);
});

after(async () => {
  await pool?.end();
});

documentsContract('PostgreSQL', async () => {
  await pool.query('TRUNCATE documents');
  return { documents: postgresDocuments(pool), pool };
});
