import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** What one run is made of. */
export type Scale = {
  rate: number;
  users: number;
  minRequests: number;
  minCompared: number;
  patience: number;
};

/**
 * What the tour is made for: 1 is two free cores of the machine that the published figures were measured on. The rate is one
 * at which the dearest stage, with all users on the services, leaves half of them free: near its limits a system's p95
 * tells how long the queue is, not what a stage costs. A system whose requests cost more says its own.
 */
const FULL = { rate: 200, users: 20_000, minRequests: 4, minCompared: 200 };
const LEAST = { rate: 40, users: 2_000, minRequests: 2, minCompared: 50 };
/** From this speed on everything is full size: two measurements of one machine differ by a tenth. */
const FULL_FROM = 0.8;
const LONGEST_PATIENCE = 4;

/** Rounds a second of `WORK` on each of two cores of that machine, both busy with it. */
const FULL_ROUNDS = 2 * 1_800;
const MEASURE_MS = 600;
const CORES = 2;

/** A little of what the tour does most: objects in and out of JSON, text, hashes. The first third warms it up. */
const WORK = `
const { createHash } = require('node:crypto');
const { parentPort } = require('node:worker_threads');
const row = { id: 1, email: 'somebody@example.com', headline: 'h'.repeat(40), skills: Array.from({ length: 20 }, (_, i) => 'skill ' + i) };
let kept = 0;
function round() {
  for (let i = 0; i < 100; i += 1) {
    const text = JSON.stringify({ ...row, id: i });
    kept += JSON.parse(text).skills.length + createHash('sha256').update(text).digest()[0];
  }
}
function rounds(ms) {
  const end = performance.now() + ms;
  let count = 0;
  for (; performance.now() < end; count += 1) round();
  return count;
}
rounds(${MEASURE_MS / 3});
parentPort.postMessage(rounds(${MEASURE_MS}));
`;

/**
 * How fast two cores are now, whatever else runs on them, as a share of what the tour was made for. Takes less than a
 * second.
 */
export async function measureSpeed(): Promise<number> {
  const rounds = await Promise.all(Array.from({ length: CORES }, roundsOfOneThread));
  const perSecond = rounds.reduce((sum, one) => sum + one, 0) / (MEASURE_MS / 1000);
  return perSecond / FULL_ROUNDS;
}

async function roundsOfOneThread(): Promise<number> {
  const worker = new Worker(WORK, { eval: true });
  try {
    return await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  } finally {
    await worker.terminate();
  }
}

/** The size of a run for a machine of this speed. What was asked for stays as it was asked. */
export function scaleFor(
  speed: number,
  asked: { rate?: number; users?: number },
  fullRate: number = FULL.rate,
): Scale {
  const part = speed >= FULL_FROM ? 1 : speed;
  const rate = asked.rate ?? Math.max(LEAST.rate, tens(fullRate * part, 10));
  return {
    rate,
    users: asked.users ?? Math.max(LEAST.users, tens(FULL.users * part, 1_000)),
    minRequests: Math.max(
      LEAST.minRequests,
      Math.min(FULL.minRequests, Math.round((FULL.minRequests * rate) / FULL.rate)),
    ),
    minCompared: Math.max(
      LEAST.minCompared,
      Math.min(FULL.minCompared, Math.round((FULL.minCompared * rate) / FULL.rate)),
    ),
    // What a slow machine and few requests take longer for.
    patience: Math.min(LONGEST_PATIENCE, Math.max(1, 1 / part, FULL.rate / rate)),
  };
}

/** One line for the person who waits. */
export function describeScale(speed: number, { rate, users }: Scale): string {
  const cores = availableParallelism();
  const share =
    speed >= 1
      ? 'as fast as the tour was made for'
      : `at ${Math.round(speed * 100)}% of what the tour was made for`;
  return `this machine (${cores} ${cores === 1 ? 'core' : 'cores'}) runs ${share}: ${rate} requests a second, ${users.toLocaleString('en')} users`;
}

function tens(value: number, step: number): number {
  return Math.round(value / step) * step;
}
