import assert from 'node:assert/strict';
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

const open = (onError: (error: unknown) => void = () => {}) =>
  redisStore(`redis://127.0.0.1:${port}`, { prefix: 'judge:', onError });

keyValueSuite('Valkey', () => open());

describe('a Redis that is away', () => {
  it('fails each question within a limit, and is used again once it is back', async () => {
    const store = await open();
    await store.set('one', 'two', { ttlMs: 60_000 });
    await server.stop();
    const asked = performance.now();
    await assert.rejects(store.get('one'));
    await assert.rejects(store.increment('count', { ttlMs: 60_000 }));
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
});
