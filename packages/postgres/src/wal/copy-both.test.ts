import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import fc from 'fast-check';
import type pg from 'pg';
import { CopyBoth } from './copy-both.ts';

/** What CopyBoth uses of a pg connection, its socket fed by hand: chunk borders cannot be chosen on a real one. */
function wire() {
  const forPg: Buffer[] = [];
  const socket = Object.assign(new EventEmitter(), { pause() {}, resume() {}, write() {}, writable: true });
  socket.on('data', (chunk: Buffer) => forPg.push(Buffer.from(chunk)));
  const connection = { stream: socket, query() {} } as unknown as pg.Connection;
  const payloads: string[] = [];
  const copy = new CopyBoth('START_REPLICATION', {
    onStarted: () => payloads.push('started'),
    onChunk() {},
    onData: (buffer, start, end) => payloads.push(buffer.toString('latin1', start, end)),
    onChunkEnd() {},
    onEnd() {},
  });
  copy.submit(connection);
  return { socket, payloads, forPg };
}

function frame(code: string, payload: Uint8Array): Buffer {
  const header = Buffer.from([code.charCodeAt(0), 0, 0, 0, 0]);
  header.writeUInt32BE(payload.length + 4, 1);
  return Buffer.concat([header, payload]);
}

const payload = fc.uint8Array({ maxLength: 300 });

test('however the stream is cut into chunks, the same frames come out', () => {
  fc.assert(
    fc.property(fc.array(payload, { maxLength: 20 }), fc.array(fc.nat({ max: 200 })), (payloads, cuts) => {
      const { socket, payloads: seen, forPg } = wire();
      const notice = frame('N', Buffer.from('noise'));
      const tail = frame('E', Buffer.from('a final error'));
      const frames = payloads.flatMap((bytes) => [frame('d', bytes), notice]);
      const bytes = Buffer.concat([frame('W', Buffer.alloc(3)), ...frames, tail]);
      let at = 0;
      for (const size of [...cuts, bytes.length]) {
        const chunk = bytes.subarray(at, at + size + 1);
        if (chunk.length > 0) socket.emit('data', chunk);
        at += chunk.length;
      }
      assert.deepEqual(seen, ['started', ...payloads.map((bytes) => Buffer.from(bytes).toString('latin1'))]);
      assert.deepEqual(Buffer.concat(forPg), tail);
    }),
  );
});

test('a frame far larger than a chunk is put together', () => {
  const { socket, payloads } = wire();
  const large = Buffer.alloc(5_000_000, 'x');
  const bytes = Buffer.concat([frame('d', large), frame('d', Buffer.from('next'))]);
  for (let at = 0; at < bytes.length; at += 65_536) socket.emit('data', bytes.subarray(at, at + 65_536));
  assert.deepEqual(
    payloads.map((text) => text.length),
    [5_000_000, 4],
  );
});
