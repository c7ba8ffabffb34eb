import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, connect, Socket } from 'node:net';
import { it, type TestContext } from 'node:test';
import { until } from '@banyan/postgres/until';
import { openEvents } from '../testing/open-events.ts';
import { type EventStream, type EventStreams, eventStreams } from './event-streams.ts';

/** A server whose every answer is a stream. */
async function serve(t: TestContext, streams: EventStreams) {
  const open: EventStream[] = [];
  const server = createServer((request, response) => void open.push(streams.open(response, request.url)));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { open, port, url: `http://127.0.0.1:${port}` };
}

it('events come in order with their ids, whatever is in them, until the server ends the stream', async (t) => {
  const { open, url } = await serve(t, eventStreams({ most: 1 }));
  const client = await openEvents(url);
  const data = { text: 'two\nlines\r\n\r\ndata: of mine' };
  open[0]!.send({ event: 'told', id: 7, data });
  open[0]!.send({ event: 'told', data: null });
  open[0]!.end();
  open[0]!.send({ event: 'late', data: 0 });
  await until(client.isOver);
  assert.deepEqual(client.all, [
    { id: '7', type: 'told', data },
    { id: '', type: 'told', data: null },
  ]);
  assert.equal(open[0]!.signal.aborted, true);
});

it('there is no room for more than so many, until one is over, and all end together', async (t) => {
  const streams = eventStreams({ most: 2 });
  const { open, url } = await serve(t, streams);
  const [first, second] = [await openEvents(url), await openEvents(url)];
  assert.equal(streams.hasRoom(), false);
  first.close();
  await until(() => open[0]!.signal.aborted);
  assert.deepEqual([streams.hasRoom(), open[1]!.signal.aborted], [true, false]);
  streams.endAll();
  await until(second.isOver);
});

it('nobody has all of them: when one more is opened, their oldest ends', async (t) => {
  const { url } = await serve(t, eventStreams({ most: 9, mostOfOne: 2 }));
  const other = await openEvents(`${url}/other`);
  const [oldest, ...newer] = [await openEvents(url), await openEvents(url), await openEvents(url)];
  await until(oldest!.isOver);
  assert.ok(![other, ...newer].some(({ isOver }) => isOver()));
});

it('whoever has gone already takes no room', () => {
  const streams = eventStreams({ most: 1 });
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  response.destroy();
  assert.deepEqual([streams.open(response).signal.aborted, streams.hasRoom()], [true, true]);
});

it('says something now and then, and ends after its time', async (t) => {
  const { url } = await serve(t, eventStreams({ most: 1, heartbeatMs: 5, longestMs: 200 }));
  const text = await (await fetch(url)).text();
  assert.match(text, /^retry: 3000\n\n(:\n\n)+$/);
});

it('tells when the client takes no more, and when it does again', async (t) => {
  const { open, port } = await serve(t, eventStreams({ most: 1 }));
  const slow = connect(port, '127.0.0.1', () => slow.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n'));
  t.after(() => slow.destroy());
  slow.pause();
  await until(() => open.length === 1);
  const drained = Promise.withResolvers<void>();
  open[0]!.onDrain(drained.resolve);
  while (!open[0]!.isFull()) open[0]!.send({ event: 'much', data: 'x'.repeat(100_000) });
  slow.resume();
  await drained.promise;
  assert.equal(open[0]!.isFull(), false);
});
