/**
 * What events reach, next to what they are made of, in one run: `npm run bench:events`.
 *
 *   --seconds N   about N seconds of measuring for each phase (default 20)
 *   --json FILE   also write the figures to FILE
 *   --only A,B    only these phases: append, relay, latency, end-to-end, rebuild, saga
 */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';

const PHASES = ['append', 'relay', 'latency', 'end-to-end', 'rebuild', 'saga'];

type Result = { name: string; value: number; unit: string };
type Phase = (options: { seconds: number }) => Promise<{ results: Result[]; ratios: Record<string, number> }>;

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '20' }, json: { type: 'string' }, only: { type: 'string' } },
});
const seconds = Math.max(1, Number(values.seconds));
const machine = `${cpus().length} x ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
const results: Result[] = [];
const ratios: Record<string, number> = {};

console.log(machine);
for (const name of values.only?.split(',') ?? PHASES) {
  const file = new URL(`${name}.ts`, import.meta.url);
  if (!PHASES.includes(name) || !existsSync(file)) {
    throw new Error(`No phase ${name}. There are: ${PHASES.join(', ')}`);
  }
  console.log(`\n${name}`);
  // What the phase before has written and not flushed would be flushed by this one's commits.
  spawnSync('sync');
  const { run } = (await import(file.href)) as { run: Phase };
  const found = await run({ seconds });
  results.push(...found.results);
  Object.assign(ratios, found.ratios);
  for (const { name, value, unit } of found.results) {
    console.log(`  ${name.padEnd(60)}${value.toLocaleString('en').padStart(12)} ${unit}`);
  }
  for (const [name, ratio] of Object.entries(found.ratios)) {
    console.log(`  ${name.padEnd(60)}${ratio.toFixed(2).padStart(12)} x`);
  }
}
if (values.json) {
  const facts = { machine, date: new Date().toISOString(), results, ratios };
  writeFileSync(values.json, `${JSON.stringify(facts, null, 2)}\n`);
}
