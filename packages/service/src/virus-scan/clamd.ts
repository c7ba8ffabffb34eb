import { connect, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Scanner, Verdict } from './scanner.ts';

/** Without a word from it for so long, nobody waits any more, ms. */
const IDLE_MS = 60_000;

/**
 * ClamAV's daemon, by its command INSTREAM (`man 8 clamd`): chunks, each behind its length in four bytes, an empty one as the end; then
 * one line, ended by a zero byte as the `z` before the command asks for.
 */
export function clamd({ host, port }: { host: string; port: number }): Scanner {
  return {
    async scan(body, signal) {
      const socket = connect({ host, port, signal });
      socket.setTimeout(IDLE_MS, () => socket.destroy(new Error('clamd says nothing')));
      const answer = text(socket);
      // It may answer, and hang up, before all was sent: what it says counts then.
      answer.catch(() => {});
      try {
        await pipeline(framed(body), socket, { signal, end: false }).catch((error: unknown) => {
          if (!hungUp(error)) throw error;
        });
        return verdictIn(await answer);
      } finally {
        body.destroy();
        socket.destroy();
      }
    },
  };
}

async function* framed(body: Readable): AsyncGenerator<Buffer> {
  yield Buffer.from('zINSTREAM\0');
  for await (const chunk of body as AsyncIterable<Buffer>) {
    yield lengthOf(chunk.length);
    yield chunk;
  }
  yield lengthOf(0);
}

function lengthOf(bytes: number): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes);
  return length;
}

function verdictIn(answer: string): Verdict {
  const line = answer.split('\0')[0]!.trim();
  if (line === 'stream: OK') return { infected: false };
  const found = /^stream: (.+) FOUND$/.exec(line);
  if (found) return { infected: true, signature: found[1]!.slice(0, 255) };
  throw new Error(`clamd says: ${line.slice(0, 200) || 'nothing'}`);
}

function hungUp(error: unknown): boolean {
  return ['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(
    (error as Socket & { code: string }).code,
  );
}
