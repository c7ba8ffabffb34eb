import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { freePort } from './free-port.ts';

test('a port for later is free, and none that an outgoing connection may take meanwhile', {
  skip: process.platform !== 'linux' && 'reads /proc',
}, async () => {
  const outgoing = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/).map(Number);
  for (let i = 0; i < 20; i++) {
    const port = await freePort();
    assert.ok(port > 1_024 && port < outgoing[0]!, `${port}`);
    const server = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject));
    await new Promise((resolve) => server.close(resolve));
  }
});

test('no two processes are given the same port while they live, nor one process twice', async (t) => {
  const source = `import { freePort } from ${JSON.stringify(new URL('free-port.ts', import.meta.url).href)};
    const ports = [];
    for (let i = 0; i < 20; i++) ports.push(...(await Promise.all(Array.from({ length: 10 }, () => freePort()))));
    process.on('message', () => {}); // stays until it is ended
    process.send(ports);`;
  const children = Array.from({ length: 5 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', source], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    }),
  );
  t.after(() => children.forEach((child) => void child.kill()));
  const ports = (await Promise.all(children.map(async (child) => (await once(child, 'message'))[0]))).flat();
  assert.equal(ports.length, 1_000);
  assert.equal(new Set(ports).size, 1_000);
});
