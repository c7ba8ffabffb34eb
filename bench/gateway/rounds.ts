import { median } from '../median.ts';
import type { Measured } from './load.ts';
import { busyMicros, type Running } from './processes.ts';

/**
 * One round of one contender. `cpuMicros` is per request; `others` is the share of the time in which the proxy's core
 * worked for something else: well above 0, the figures say little. Both are NaN where the system does not tell.
 */
export type Sample = Measured & { cpuMicros: number; others: number };
export type Rounds = Map<string, Sample[]>;

/** Every contender once per round, forwards and backwards in turn, so that what else the machine does hits all alike. */
export async function inRounds(
  targets: Map<string, Running>,
  rounds: number,
  measure: (target: Running) => Promise<Measured>,
): Promise<Rounds> {
  const samples: Rounds = new Map([...targets.keys()].map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? [...targets] : [...targets].reverse();
    for (const [name, target] of order) {
      const clock = () => [
        performance.now() * 1_000,
        target.cpuMicros() ?? Number.NaN,
        busyMicros(0) ?? Number.NaN,
      ];
      const [t0 = 0, own0 = 0, busy0 = 0] = clock();
      const measured = await measure(target);
      const [t1 = 0, own1 = 0, busy1 = 0] = clock();
      const own = name === 'direct' ? 0 : own1 - own0;
      const others = Math.max(0, (busy1 - busy0 - own) / (t1 - t0));
      samples.get(name)!.push({ ...measured, cpuMicros: own / measured.requests, others });
    }
  }
  return samples;
}

export function medians(rounds: Rounds, figure: (one: Sample) => number): Map<string, number> {
  return new Map([...rounds].map(([name, samples]) => [name, median(samples.map(figure))]));
}

/** The median of the rounds' ratios: a round lasts seconds, in which the machine changes less than in the whole run. */
export function ratioOf(a: readonly Sample[], b: readonly Sample[], figure: (one: Sample) => number): number {
  return median(a.map((one, i) => figure(one) / figure(b[i]!)));
}
