/**
 * Where the processor time of a tour goes, process by process: `npm run bench:tour -- -- --system skillswap`.
 *
 *   --json FILE    also write what was used in each stage, by process and session, to FILE
 *   --report FILE  the tour's own report
 *
 * What stands after the second `--` is for the tour, which `--exit` ends. On Linux alone: it reads /proc.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { tableOf } from './table.ts';
import { sumOf, Usage, type Used } from './usage.ts';

type Report = { stages: Array<{ service: string; stage: string; requests: number }> };

const SAMPLE_MS = 2_000;
const BEGINS = 'Everything is on the monolith.';
const ENDS = 'The load ends';
/** As the tour tells it: `116 s  users: canary 10%`. */
const STAGE = /^\s*\d+ s {2}([\w-]+): (monolith|copying|shadowing|canary \d+%|migrated|retired)\b/;

const { values, positionals } = parseArgs({
  options: { json: { type: 'string' }, report: { type: 'string' } },
  allowPositionals: true,
});
const folder = mkdtempSync(join(tmpdir(), 'banyan-tour-'));
const reportFile = values.report ?? join(folder, 'report.json');
try {
  const used = await runTour([...positionals, '--exit', '--json', reportFile]);
  const { stages } = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
  const measured = stages.map(({ service, stage, requests }, index) => {
    const name = `${service}:${stage}`;
    // Before a service has moved the tour names none; one that goes back comes to the first stage again.
    const parts = [...(index === 0 ? [used.get(BEGINS)] : []), used.get(name)];
    return { name, requests, used: sumOf(parts.filter((part) => part !== undefined)) };
  });
  console.log(`\n${tableOf(measured)}`);
  if (values.json)
    writeFileSync(
      values.json,
      `${JSON.stringify(
        measured.map((stage) => ({ ...stage, used: Object.fromEntries(stage.used) })),
        null,
        2,
      )}\n`,
    );
} finally {
  rmSync(folder, { recursive: true });
}

/** By stage, in the tour's words. */
async function runTour(args: readonly string[]): Promise<Map<string, Used>> {
  const tour = spawn('npm', ['start', '--', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const usage = new Usage(tour.pid!);
  const sampler = setInterval(() => usage.sample(), SAMPLE_MS);
  for await (const line of createInterface({ input: tour.stdout })) {
    console.log(line);
    if (line.includes(BEGINS)) usage.enter(BEGINS);
    else if (line.includes(ENDS)) usage.enter(undefined);
    const [, service, stage] = STAGE.exec(line) ?? [];
    if (service) usage.enter(`${service}:${stage}`);
  }
  clearInterval(sampler);
  return usage.stages;
}
