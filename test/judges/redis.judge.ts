import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { redisStore } from '../../packages/service/src/key-value/redis.ts';
import { keyValueSuite } from '../../packages/service/src/key-value/testing/contract-suite.ts';
import { findProgram, valkey } from './programs.ts';
import { freePort, type Server, startServer } from './server.ts';

const directory = mkdtempSync(join(tmpdir(), 'valkey-'));
let port: number;
let server: Server;

before(async () => {
  port = await freePort();
  server = await start();
});
after(async () => {
  await server?.stop();
  rmSync(directory, { recursive: true, force: true });
});

function start(): Promise<Server> {
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--dir', directory, '--save', ''];
  return startServer(findProgram(valkey)!, args, isOpen);
}

function isOpen(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** In the server's own words. */
async function command(line: string): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${line}\r\n`);
  const [answer] = await once(socket, 'data');
  socket.destroy();
  assert.equal(String(answer), '+OK\r\n');
}

const open = (onError: (error: unknown) => void = () => {}) =>
  redisStore(`redis://127.0.0.1:${port}`, { prefix: 'judge:', onError });

keyValueSuite('Valkey', () => open());

const UNAVAILABLE = { code: 'STORE_UNAVAILABLE', status: 503 };

describe('a Redis that is away', () => {
  it('fails each question within a limit, and is used again once it is back', async () => {
    const store = await open();
    await store.set('one', 'two', { ttlMs: 60_000 });
    await server.stop();
    const asked = performance.now();
    await assert.rejects(store.get('one'), UNAVAILABLE);
    await assert.rejects(store.increment('count', { ttlMs: 60_000 }), UNAVAILABLE);
    assert.ok(performance.now() - asked < 5_000);
    server = await start();
    const answered = async () =>
      await store.get('one').then(
        () => true,
        () => false,
      );
    while (!(await answered())) await delay(20);
    assert.equal(await store.increment('count', { ttlMs: 60_000 }), 1);
    await store.close();
  });

  it('and one that has no room says so, and goes on with what it has', async () => {
    const store = await open();
    await store.set('kept', 'one', { ttlMs: 60_000 });
    await command('CONFIG SET maxmemory 1');
    await assert.rejects(store.set('more', 'two', { ttlMs: 60_000 }), UNAVAILABLE);
    assert.equal(await store.get('kept'), 'one');
    await command('CONFIG SET maxmemory 0');
    await store.set('more', 'two', { ttlMs: 60_000 });
    await store.close();
  });
});
