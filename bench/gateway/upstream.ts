/**
 * The upstream of every contender: answers each request with the same small JSON as fast as Node can, by writing one
 * prepared buffer per end of headers. It reads no bodies; the benchmark sends none.
 */
import { createServer } from 'node:net';

const body = JSON.stringify({
  id: 7,
  firstName: 'Ada',
  lastName: 'Lovelace',
  email: 'ada@example.org',
  version: 3,
});
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${body.length}\r\n` +
    `date: Thu, 01 Jan 2026 00:00:00 GMT\r\nconnection: keep-alive\r\n\r\n${body}`,
);
const END = Buffer.from('\r\n\r\n');

const server = createServer({ noDelay: true }, (socket) => {
  let rest: Buffer | null = null;
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    const data = rest ? Buffer.concat([rest, chunk]) : chunk;
    let from = 0;
    for (;;) {
      const at = data.indexOf(END, from);
      if (at === -1) break;
      from = at + 4;
      socket.write(answer);
    }
    rest = from < data.length ? data.subarray(from) : null;
  });
});
server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'));
