import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Above what needs a privilege, below what systems take for outgoing connections (Linux from 32,768, others from 49,152 on). */
const RANGE = [10_240, 32_000] as const;
const TRIES = 100;

/**
 * A loopback port that was free a moment ago and is to be listened on later, perhaps again and again. One that the system
 * chooses would be of those that it gives to any outgoing connection of any process, as it may do in between.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(...RANGE);
    if (await isFree(port)) return port;
  }
  throw new Error(`none of ${TRIES} ports between ${RANGE.join(' and ')} is free`);
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
