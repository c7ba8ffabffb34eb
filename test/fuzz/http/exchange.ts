import { connect } from 'node:net';
import { type ParsedResponse, ResponseParser } from './response-parser.ts';

/** Sends one request and waits for its answer; null when none came within `limitMs`. */
export function exchange(
  port: number,
  method: string,
  bytes: Buffer,
  limitMs: number,
): Promise<ParsedResponse | null> {
  return new Promise((resolve) => {
    const received = new ResponseParser(() => method);
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    const done = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(received.responses[0] ?? null);
    };
    const timer = setTimeout(done, limitMs);
    socket.on('data', (chunk: Buffer) => {
      received.push(chunk);
      if (received.responses.length > 0) done();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      received.end();
      done();
    });
  });
}
