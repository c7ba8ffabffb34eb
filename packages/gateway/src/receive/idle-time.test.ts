import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { sendJson, startBackend, startTestGateway, tableOf, until } from '../testing/gateway.ts';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

async function connected(t: TestContext, idleMs: number) {
  const monolith = await startBackend(t, 'monolith');
  const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []), { idleMs });
  const socket = connect(gateway.port, '127.0.0.1');
  const state = { received: '', closed: false };
  socket.on('data', (chunk) => {
    state.received += chunk;
  });
  socket.on('close', () => {
    state.closed = true;
  });
  t.after(() => socket.destroy());
  const answers = () => state.received.split('HTTP/1.1 200 ').length - 1;
  return { monolith, socket, state, answers };
}

test('a connection that says nothing after an answer is closed, and its client was told so', async (t) => {
  const { socket, state, answers } = await connected(t, 220);
  socket.write(GET);
  await until(() => answers() === 1 && state.closed);
  assert.match(state.received, /^keep-alive: timeout=65\r$/im);
});

test('a connection whose request takes long, or comes slowly, is not idle', async (t) => {
  const { monolith, socket, state, answers } = await connected(t, 220);
  let answer = () => {};
  monolith.answer = (_req, res) => {
    answer = () => sendJson(res, 200, {});
  };
  socket.write(GET);
  await until(() => monolith.seen.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 500)); // longer than it may be idle
  answer();
  await until(() => answers() === 1);
  for (const byte of GET) {
    socket.write(byte);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await until(() => monolith.seen.length === 2);
  answer();
  await until(() => answers() === 2);
  assert.equal(state.closed, false);
});
