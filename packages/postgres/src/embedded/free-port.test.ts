import assert from 'node:assert/strict';
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
