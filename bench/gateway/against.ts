import { join } from 'node:path';
import { checkOut } from '../check-out.ts';
import { median } from '../median.ts';
import { type Contender, contendersOf, type Ground } from './contenders.ts';
import type { Measured } from './load.ts';
import { type Running, start } from './processes.ts';

/**
 * Pairs of processes. What the compiler made of the code in its first seconds stays with a process for its life, so
 * one pair would compare two of its decisions, not two commits.
 */
const PAIRS = 8;
const WARM_UP_S = 3;

/** A mode's rounds, and the median of the ratios of their CPU per request. */
export type Compared = { mode: string; today: number[]; before: number[]; ratio: number };
type Measure = (target: Running, seconds: number) => Promise<Measured>;

/**
 * Our gateway as it is and as it was at `commit`, each with its own code and today's dependencies. Both are under load in
 * the same second on the same core: whatever else the machine does then, it does to both. `rounds` of a second per pair.
 */
export async function compareWith(
  commit: string,
  modes: readonly string[],
  ground: Ground,
  rounds: number,
  measure: Measure,
): Promise<Compared[]> {
  const tree = checkOut(commit, ground.directory);
  const { contenders } = contendersOf(ground);
  const { contenders: old } = contendersOf(ground, join(tree, 'bench', 'gateway'));
  const compared: Compared[] = [];
  for (const mode of modes) {
    const [one, other] = [contenders, old].map((list) => list.find(({ name }) => name === mode)!);
    const today: number[] = [];
    const before: number[] = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      for (const [a, b] of await comparePair(one!, other!, rounds, measure)) {
        today.push(a);
        before.push(b);
      }
    }
    compared.push({ mode, today, before, ratio: median(today.map((cpu, i) => cpu / before[i]!)) });
  }
  return compared;
}

/** CPU per request of both, microseconds, by round. */
async function comparePair(
  one: Contender,
  other: Contender,
  rounds: number,
  measure: Measure,
): Promise<[number, number][]> {
  const pair: Running[] = [];
  try {
    for (const contender of [one, other]) pair.push(await start(contender, 0));
    await Promise.all(pair.map((target) => measure(target, WARM_UP_S)));
    const samples: [number, number][] = [];
    for (let round = 0; round < rounds; round++) {
      const [a, b] = await Promise.all(pair.map((target) => cpuPerRequest(target, measure)));
      samples.push([a!, b!]);
    }
    return samples;
  } finally {
    await Promise.all(pair.map((target) => target.stop()));
  }
}

async function cpuPerRequest(target: Running, measure: Measure): Promise<number> {
  const before = target.cpuMicros() ?? Number.NaN;
  const { requests } = await measure(target, 1);
  return ((target.cpuMicros() ?? Number.NaN) - before) / requests;
}
