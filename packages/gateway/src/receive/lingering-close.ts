import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';

/** Connections whose last answer has begun. */
const lastAnswered = new WeakSet<Socket>();

/** For so long in all, and for so long without a byte, what a client still sends after its last answer is thrown away. */
const LINGER_MS = 30_000;
const SILENCE_MS = 5_000;

/** Is some of the request still to come? (At first none of a request is known to have come but its head.) */
export function isUnread(req: IncomingMessage): boolean {
  if (req.complete) return false;
  const { 'content-length': length = '0', 'transfer-encoding': coding } = req.headers;
  return coding !== undefined || length !== '0';
}

/**
 * Makes the answer that is about to be given the last one of its connection, because its request has not been read to its
 * end. Closed at once, with bytes still coming, the connection would be reset, and the client might lose the answer
 * (RFC 9112, 9.6): so our side is closed first, and the other when the client has closed its own or time is up.
 */
export function lingeringClose(req: IncomingMessage): void {
  const { socket } = req;
  if (lastAnswered.has(socket)) return;
  lastAnswered.add(socket);
  // What the HTTP server calls after the last answer of a connection.
  socket.destroySoon = () => {
    if (req.complete) {
      Socket.prototype.destroySoon.call(socket);
      return;
    }
    if (socket.destroyed) return;
    socket.end();
    const close = () => socket.destroy();
    const timer = setTimeout(close, LINGER_MS);
    timer.unref();
    socket.setTimeout(SILENCE_MS, close);
    socket.once('close', () => clearTimeout(timer));
    req.once('end', close).resume();
  };
}
