import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkOut } from '../check-out.ts';
import { median } from '../median.ts';

/** Of runs, each in processes of its own; odd, for the median. */
const PAIRS = 3;
/** The phases that have a peer in the same run, so that what else the machine does falls on both. */
const PHASES = 'snapshot,verify,stream';
const TODAY = fileURLToPath(new URL('../..', import.meta.url));

type Ratios = Record<string, number>;

/** A ratio's runs, oldest first, and the medians' difference, today less before. */
export type Compared = { name: string; today: number[]; before: number[]; difference: number };

/**
 * Runs the benchmark as it is and as it was at `commit`, each with its own code, in turns, and compares the ratios to their
 * peers. `seconds` is the size of each of the runs, `only` the phases that have a peer (default all three). Throws when git does not know the commit or a run fails.
 */
export function compareWith(
  commit: string,
  { seconds, only = PHASES }: { seconds: number; only?: string | undefined },
  onRun: (text: string) => void,
): Compared[] {
  const directory = mkdtempSync(join(tmpdir(), 'banyan-against-'));
  try {
    const trees = { today: TODAY, before: checkOut(commit, directory) };
    const runs = { today: [] as Ratios[], before: [] as Ratios[] };
    for (let pair = 0; pair < PAIRS; pair++) {
      for (const side of pair % 2 ? (['before', 'today'] as const) : (['today', 'before'] as const)) {
        const ratios = benchmarkOf(trees[side], { seconds, only }, join(directory, 'figures.json'));
        runs[side].push(ratios);
        onRun(`${side === 'today' ? 'today' : commit}: ${JSON.stringify(ratios)}`);
      }
    }
    return Object.keys(runs.today[0]!).map((name) => {
      const [today, before] = [runs.today, runs.before].map((side) => side.map((ratios) => ratios[name]!));
      return { name, today: today!, before: before!, difference: median(today!) - median(before!) };
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function benchmarkOf(
  tree: string,
  { seconds, only }: { seconds: number; only: string },
  file: string,
): Ratios {
  const script = join(tree, 'bench', 'replication', 'main.ts');
  const options = ['--seconds', String(seconds), '--only', only, '--json', file];
  const { status } = spawnSync(process.execPath, [script, ...options], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`${script} ended with exit status ${status}; see above`);
  return JSON.parse(readFileSync(file, 'utf8')).ratios;
}
