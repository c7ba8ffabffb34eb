import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** How long a connection may stay without its first request once the application closes, ms: one that was under way still comes. */
const SILENCE_MS = 500;

/**
 * Ends each connection with the answer to what was under way on it when the application began to close, and those on which nobody has asked
 * anything. Without this the first stay open, idle, for as long as the server's keep-alive timeout (72 s), since Fastify ends only those that
 * are idle when it begins; and the others for as long as the client likes: to Node a connection without a request is not idle, and whoever pools
 * connections opens some ahead.
 */
export function endConnectionsWhenClosing(app: FastifyInstance): void {
  let closing = false;
  const connections = new Set<Socket>();
  app.server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    if (closing) endIfSilent(socket);
  });
  app.addHook('preClose', async () => {
    closing = true;
    for (const socket of connections) endIfSilent(socket);
  });
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });
  // Of an answer whose head had gone out before.
  app.addHook('onResponse', async () => {
    if (closing) setImmediate(() => app.server.closeIdleConnections());
  });
}

function endIfSilent(socket: Socket): void {
  if (socket.bytesRead > 0) return;
  const timer = setTimeout(() => {
    if (socket.bytesRead === 0) socket.destroy();
  }, SILENCE_MS);
  socket.once('close', () => clearTimeout(timer));
}
