import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { type Documents, documentsContract, openMongoDocuments } from '@banyan/analytics/testing';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import { ferretdb, findProgram } from './programs.ts';
import { freePort, type Server, startServer } from './server.ts';

const directory = mkdtempSync(join(tmpdir(), 'ferretdb-'));
let server: Server | undefined;
let url: URL;
let pool: pg.Pool;
const opened: Documents[] = [];

before(async () => {
  const given = process.env.MONGO_JUDGE_URL;
  if (given === undefined) {
    const port = await freePort();
    server = await startServer(
      findProgram(ferretdb)!,
      [`127.0.0.1:${port}`, 'sqlite', `file:${directory}/`],
      () => listens(port),
    );
    url = new URL(`mongodb://127.0.0.1:${port}`);
  } else url = new URL(given);
  pool = createPool(await (await testServer()).database('judge'), { max: 8 });
});

after(async () => {
  await Promise.all(opened.map((documents) => documents.close()));
  await pool?.end();
  await server?.stop();
  rmSync(directory, { recursive: true, force: true });
});

documentsContract('MongoDB', async () => {
  const database = new URL(url);
  database.pathname = `/documents_${Date.now()}_${opened.length}`;
  const documents = await openMongoDocuments(database.href);
  opened.push(documents);
  return { documents, pool };
});

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
      .once('connect', () => {
        socket.destroy();
        resolve(true);
      })
      .once('error', () => resolve(false));
  });
}
