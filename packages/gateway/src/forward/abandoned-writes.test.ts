import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memorySource } from '../control/memory-source.ts';
import { rawUpstream, sendRaw, startTestGateway, tableOf, until } from '../testing/gateway.ts';

const HEADS = {
  'of unknown length': 'HTTP/1.1 200 OK\r\n\r\n',
  'in chunks': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
  'of a length that never comes': 'HTTP/1.1 200 OK\r\ncontent-length: 9000000000\r\n\r\n',
};

for (const [what, head] of Object.entries(HEADS)) {
  test(`an endless answer ${what}, of a write whose client is gone, holds up no fence for ever`, async (t) => {
    let closed = false;
    const upstream = await rawUpstream(t, (socket, received) => {
      if (!received.endsWith('{}')) return;
      socket.write(head);
      const timer = setInterval(() => socket.write('5\r\nhello\r\n'), 5);
      socket.on('close', () => {
        clearInterval(timer);
        closed = true;
      });
    });
    const table = tableOf({ monolith: upstream.url }, 0, [{ method: 'POST', path: '/me' }]);
    const source = memorySource(table);
    const { gateway } = await startTestGateway(t, table, { source, abandonedWriteMs: 500 });
    const post = 'POST /me HTTP/1.1\r\nHost: a\r\nX-Key: 1\r\nContent-Length: 2\r\n\r\n{}';
    await sendRaw(gateway.port, post, (received) => received.includes('hello')); // and goes away
    source.openFence({ id: 'f', service: 'users', fromShare: 0, toShare: 10_000, limitMs: 60_000 });
    assert.equal(closed, false, 'the write goes on without its client');
    await until(() => closed && source.acks('f') === 1);
  });
}
