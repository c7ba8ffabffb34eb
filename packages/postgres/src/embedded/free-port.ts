import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Above what needs a privilege, below what systems take for outgoing connections (Linux from 32,768, others from 49,152 on). */
const RANGE = [10_240, 32_000] as const;
/** Ports that a process takes at once. */
const BLOCK = 32;
const TRIES = 100;

/** What is left of the ports that this process has taken. */
let taken: number[] = [];
let taking: Promise<number[]> | undefined;

/**
 * A loopback port that was free a moment ago and is to be listened on later, perhaps again and again. One that the system
 * chooses would be of those that it gives to any outgoing connection of any process, as it may do in between. No other
 * process that asks here is given it as long as this one lives.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = taken.shift();
    if (port === undefined) {
      taking ??= takeBlock().finally(() => {
        taking = undefined;
      });
      const block = await taking;
      if (taken.length === 0) taken = block;
    } else if (await isFree(port)) return port;
  }
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Whoever listens on the first port of a block has it: a lock that ends with its process, however that ends. */
async function takeBlock(): Promise<number[]> {
  const [from, to] = RANGE;
  for (let tries = 0; tries < TRIES; tries++) {
    const first = from + BLOCK * randomInt(Math.floor((to - from) / BLOCK));
    if (await keep(first)) return Array.from({ length: BLOCK - 1 }, (_, index) => first + 1 + index);
  }
  throw new Error(`none of ${TRIES} ports between ${RANGE.join(' and ')} is free`);
}

function keep(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.unref();
      resolve(true);
    });
  });
}
