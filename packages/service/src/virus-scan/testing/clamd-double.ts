import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';

/** Speaks what clamd does of INSTREAM; infected is what has `mark` in it. */
export type ClamdDouble = {
  url: string;
  /** What was sent whole, as text. */
  scanned: string[];
  /** While set, it answers by this instead. */
  answer: string | undefined;
  close(): void;
};

export async function startClamdDouble(mark: string): Promise<ClamdDouble> {
  const sockets = new Set<Socket>();
  const double: ClamdDouble = { url: '', scanned: [], answer: undefined, close: () => {} };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    let received = Buffer.alloc(0);
    socket.on('data', (data) => {
      received = Buffer.concat([received, data]);
      const content = contentIn(received);
      if (content === undefined) return;
      double.scanned.push(content);
      socket.end(`${double.answer ?? (content.includes(mark) ? 'stream: A-Test FOUND' : 'stream: OK')}\0`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  double.url = `clamd://127.0.0.1:${(server.address() as AddressInfo).port}`;
  double.close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return double;
}

/** Undefined until its end has come. */
function contentIn(received: Buffer): string | undefined {
  const command = 'zINSTREAM\0';
  if (received.length >= command.length && !received.toString('latin1').startsWith(command))
    return 'no command that is known';
  const chunks: Buffer[] = [];
  for (let at = command.length; at + 4 <= received.length; ) {
    const length = received.readUInt32BE(at);
    if (length === 0) return Buffer.concat(chunks).toString('latin1');
    if (at + 4 + length > received.length) return;
    chunks.push(received.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return;
}
