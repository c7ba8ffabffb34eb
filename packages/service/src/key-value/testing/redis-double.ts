import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';

/** Somebody who speaks as much of Redis' protocol (RESP) as its client asks for, answers OK to everything, and can fail. */
export async function startRedisDouble() {
  const sockets = new Set<Socket>();
  let answers = true;
  let server: Server;
  let port = 0;
  const start = async () => {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket)).on('error', () => {});
      socket.on('data', (chunk) => {
        // Each question is a list of its words.
        const asked = String(chunk).match(/^\*\d+\r$/gm)?.length ?? 0;
        if (answers) socket.write('+OK\r\n'.repeat(asked));
      });
    }).listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    /** Takes what comes and says nothing to it. */
    hang: () => {
      answers = false;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
    /** At the same address, and well. */
    start: async () => {
      answers = true;
      await start();
    },
  };
}
