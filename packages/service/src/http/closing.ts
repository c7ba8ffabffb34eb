import type { FastifyInstance } from 'fastify';

/**
 * Ends each connection with the answer to what was under way on it when the application began to close. Without this it stays open, idle, for as long
 * as the server's keep-alive timeout (72 s), and closing waits for it: Fastify ends only those that are idle when it begins.
 */
export function endConnectionsWhenClosing(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });
  // Of an answer whose head had gone out before.
  app.addHook('onResponse', async () => {
    if (closing) setImmediate(() => app.server.closeIdleConnections());
  });
}
