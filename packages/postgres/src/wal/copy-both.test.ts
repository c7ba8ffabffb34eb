import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import type pg from 'pg';
import type { Chunk } from './chunks.ts';
import { CopyBoth } from './copy-both.ts';
import { DirectSocket } from './direct-socket.ts';

/** What CopyBoth uses of a pg connection, its socket fed by hand: chunk borders cannot be chosen on a real one. */
function wire() {
  const forPg: Buffer[] = [];
  const socket = Object.assign(new EventEmitter(), { pause() {}, resume() {}, write() {}, writable: true });
  socket.on('data', (chunk: Buffer) => forPg.push(Buffer.from(chunk)));
  const connection = { stream: socket, query() {} } as unknown as pg.Connection;
  const payloads: string[] = [];
  const copy = new CopyBoth('START_REPLICATION', {
    onStarted: () => payloads.push('started'),
    onRead() {},
    onData: ({ buffer }, start, end) => payloads.push(buffer.toString('latin1', start, end)),
    onReadEnd() {},
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

test('what is held of a socket that is read in place stays as it was, and what follows the exchange reaches pg', async () => {
  const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const sizes = fc.oneof({ weight: 9, arbitrary: fc.nat(2_000) }, fc.nat(400_000));
  const script = fc.array(fc.record({ size: sizes, keep: fc.boolean() }), { maxLength: 150 });
  await fc.assert(
    fc.asyncProperty(script, fc.integer({ min: 1, max: 100_000 }), async (frames, cut) => {
      const accepted = once(server, 'connection');
      const socket = new DirectSocket();
      socket.connect(port, '127.0.0.1');
      const forPg: Buffer[] = [];
      socket.on('data', (bytes: Buffer) => forPg.push(Buffer.from(bytes)));
      const [peer] = await accepted;
      peer.write('login');
      while (forPg.length === 0) await once(socket, 'data');
      const held: { chunk: Chunk; start: number; end: number; index: number }[] = [];
      let seen = 0;
      const copy = new CopyBoth('START_REPLICATION', {
        onStarted() {},
        onRead() {},
        onData(chunk, start, end) {
          const index = seen++;
          assert.ok(isFilled(chunk, start, end, index, frames[index]!.size), `frame ${index} as it came`);
          if (!frames[index]!.keep) return;
          chunk.hold();
          held.push({ chunk, start, end, index });
          // Half of them are let go of while more is read.
          if (index % 2 === 0) held.shift()!.chunk.release();
        },
        onReadEnd() {
          if (seen % 3 !== 0) return;
          copy.pause();
          setImmediate(() => copy.resume());
        },
        onEnd() {},
      });
      copy.submit({ stream: socket, query() {} } as unknown as pg.Connection);
      const sent = frames.map(({ size }, index) => frame('d', Buffer.alloc(size, index % 251)));
      const bytes = Buffer.concat([...sent, frame('c', Buffer.alloc(0)), Buffer.from('the end')]);
      for (let at = 0; at < bytes.length; at += cut) peer.write(bytes.subarray(at, at + cut));
      while (Buffer.concat(forPg).toString() !== 'loginthe end') await once(socket, 'data');
      assert.equal(seen, frames.length);
      for (const { chunk, start, end, index } of held) {
        assert.ok(isFilled(chunk, start, end, index, frames[index]!.size), `frame ${index} as it was`);
        chunk.release();
      }
      socket.destroy();
      peer.destroy();
    }),
    { numRuns: 25 },
  );
  server.close();
});

function isFilled({ buffer }: Chunk, start: number, end: number, index: number, size: number): boolean {
  return end - start === size && buffer.subarray(start, end).every((byte) => byte === index % 251);
}
