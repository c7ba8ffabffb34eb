import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

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

/** The commit's files in a folder of their own, which goes with `directory`; packages resolve to the commit's own. */
function checkOut(commit: string, directory: string): string {
  const tree = join(directory, 'before');
  mkdirSync(tree);
  const archive = execFileSync('git', ['archive', '--format=tar', commit, 'packages', 'bench'], {
    cwd: ROOT,
    maxBuffer: 1 << 30,
  });
  execFileSync('tar', ['-x', '-C', tree], { input: archive });
  linkDependencies(ROOT, tree);
  for (const folder of ['bench', ...packagesIn(tree)])
    linkDependencies(join(ROOT, folder), join(tree, folder));
  const own = join(tree, 'node_modules', '@banyan');
  mkdirSync(own);
  symlinkSync(join(tree, 'bench'), join(own, 'bench'));
  for (const folder of packagesIn(tree))
    symlinkSync(join(tree, folder), join(own, folder.slice('packages/'.length)));
  return tree;
}

function packagesIn(tree: string): string[] {
  return readdirSync(join(tree, 'packages')).map((name) => join('packages', name));
}

/** Links what is installed in one folder into another, without our own packages. */
function linkDependencies(from: string, to: string): void {
  const source = join(from, 'node_modules');
  const target = join(to, 'node_modules');
  let names: string[];
  try {
    names = readdirSync(source);
  } catch {
    return; // nothing of its own is installed there
  }
  mkdirSync(target, { recursive: true });
  for (const name of names) if (name !== '@banyan') symlinkSync(join(source, name), join(target, name));
}
