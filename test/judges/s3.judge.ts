import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { openDrop, openFiles } from '../../packages/service/src/files/open.ts';
import { fileDropSuite, fileStoreSuite } from '../../packages/service/src/files/testing/contract-suite.ts';
import { findProgram, versitygw } from './programs.ts';
import { freePort, type Server, startServer } from './server.ts';

const directory = mkdtempSync(join(tmpdir(), 'versitygw-'));
const credentials = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' };
let server: Server;
let endpoint: string;

before(async () => {
  // A folder of it is a bucket.
  mkdirSync(join(directory, 'documents'));
  const port = await freePort();
  endpoint = `http://127.0.0.1:${port}`;
  const { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret } = credentials;
  const account = ['--access', key, '--secret', secret, '--region', 'us-east-1'];
  const args = [...account, '--port', `127.0.0.1:${port}`, '--health', '/health', 'posix', directory];
  server = await startServer(findProgram(versitygw)!, args, `${endpoint}/health`);
  Object.assign(process.env, credentials);
});

after(async () => {
  await server?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const at = (bucket: string) =>
  `s3://${bucket}/of/people?region=us-east-1&endpoint=${encodeURIComponent(endpoint)}`;
const open = (bucket = 'documents') => openFiles(at(bucket));

fileStoreSuite('S3', () => open());

fileDropSuite('S3', async () => {
  // A folder of it is a bucket, and a file in it an object.
  const dropped = join(directory, 'dropped', 'of', 'people');
  mkdirSync(dropped, { recursive: true });
  return {
    drop: await openDrop(at('dropped')),
    files: await open(),
    put: async (name, content) => await writeFile(join(dropped, name), content),
  };
});

it('a bucket that is not there, and a wrong key, are errors and no file that is missing', async () => {
  const name = '00000000-0000-0000-0000-000000000000';
  const nowhere = await open('nowhere');
  await assert.rejects(nowhere.get(name));
  await nowhere.close();
  process.env.AWS_SECRET_ACCESS_KEY = 'another';
  const stranger = await open();
  await assert.rejects(stranger.get(name));
  await stranger.close();
});
