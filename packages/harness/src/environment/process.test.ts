import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { freePort } from '@banyan/banyan/operate';
import { startProcess } from './process.ts';

const directory = mkdtempSync(join(tmpdir(), 'harness process ünd 100 % '));
after(() => rmSync(directory, { recursive: true }));

/** Knows nothing of who starts it. Says in its log how it ends, if it can. */
const SERVER = `
import { createServer } from 'node:http';
const server = createServer((request, response) => response.end());
server.listen(Number(process.env.PORT), '127.0.0.1');
process.once('SIGTERM', () => server.close());
process.once('exit', (code) => console.log('ended with ' + code));
`;
const entry = join(directory, 'server.mjs');
writeFileSync(entry, SERVER);

async function optionsOf(name: string) {
  const port = await freePort();
  return {
    port,
    name,
    entry: pathToFileURL(entry),
    env: { PORT: String(port) },
    logDirectory: directory,
    readyUrl: `http://127.0.0.1:${port}`,
  };
}

it('a process does not outlive the one that started it, not even when that is killed with -9', async (t) => {
  const { port, entry, ...options } = await optionsOf('orphan');
  let gone = false;
  const starter = `
import { startProcess } from ${JSON.stringify(import.meta.resolve('./process.ts'))};
const options = ${JSON.stringify(options)};
const { pid } = await startProcess({ ...options, entry: new URL(${JSON.stringify(entry.href)}) });
console.log(pid());
`;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', starter], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [pid] = await once(parent.stdout, 'data');
  t.after(() => {
    parent.kill('SIGKILL');
    if (!gone) process.kill(Number(pid), 'SIGKILL');
  });
  const connection = connect(port, '127.0.0.1');
  await once(connection, 'connect');
  // Only the server's end closes it: one that lives on would leave it open.
  const closed = once(connection, 'close');
  connection.on('error', () => {}).resume();
  parent.kill('SIGKILL');
  await closed;
  gone = true;
  assert.match(readFileSync(join(directory, 'orphan.log'), 'utf8'), /ended with 1/);
});

it('a process that is asked to stop ends by itself when its work is done', async () => {
  const { port: _port, ...options } = await optionsOf('asked');
  const managed = await startProcess(options);
  await managed.stop();
  assert.match(readFileSync(join(directory, 'asked.log'), 'utf8'), /ended with 0/);
});
