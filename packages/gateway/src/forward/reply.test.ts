import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { sendRaw, startBackend, startTestGateway, tableOf } from '../testing/gateway.ts';

for (const [what, length] of Object.entries({ unknown: null, known: 5 })) {
  test(`the head of an answer does not wait for its body, of a length that is ${what}`, async (t) => {
    const monolith = await startBackend(t, 'monolith');
    let res!: ServerResponse;
    monolith.answer = (_req, given) => {
      res = given;
      res.writeHead(200, length === null ? {} : { 'content-length': length }).flushHeaders();
    };
    const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
    const answer = await sendRaw(gateway.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', (received) => {
      if (received.endsWith('\r\n\r\n')) res.end('hello');
      return received.includes('hello');
    });
    assert.match(answer, /^HTTP\/1.1 200 /);
  });
}
