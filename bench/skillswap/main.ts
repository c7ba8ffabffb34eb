/**
 * What SkillSwap's services have to bear: `npm run bench:skillswap`.
 *
 *   --transfers N  of each round and contender (default 2,000)
 *   --rounds N     interleaved (default 9)
 *   --only A,B     only these phases: transfers
 *   --json FILE    also write the figures to FILE
 *
 * This process and its PostgreSQL share the machine. Aim: transfers of the ledger at least 0.6 of bare updates of two rows, in the same run.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { startBenchServer } from '../server.ts';
import type { Phase, Result } from './phase.ts';

const PHASES = ['transfers'];

const { values } = parseArgs({
  options: {
    transfers: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '9' },
    only: { type: 'string' },
    json: { type: 'string' },
  },
});
const [transfers, rounds] = [Number(values.transfers), Number(values.rounds)];
const machine = `${availableParallelism()} x ${cpus()[0]?.model.trim()}, Node ${process.version}`;
const results: Result[] = [];
const ratios: Record<string, number> = {};

console.log(machine);
const server = await startBenchServer();
try {
  for (const name of values.only?.split(',') ?? PHASES) {
    if (!PHASES.includes(name)) throw new Error(`No phase ${name}. There are: ${PHASES.join(', ')}`);
    const { run } = (await import(new URL(`${name}.ts`, import.meta.url).href)) as { run: Phase };
    const found = await run({ createDatabase: (name) => server.createDatabase(name), transfers, rounds });
    results.push(...found.results);
    Object.assign(ratios, found.ratios);
  }
} finally {
  await server.stop();
}
for (const { name, value, unit } of results)
  console.log(`${name.padEnd(50)}${Math.round(value).toLocaleString('en').padStart(10)} ${unit}`);
for (const [name, value] of Object.entries(ratios))
  console.log(`${name.padEnd(50)}${value.toFixed(2).padStart(10)}`);
if (values.json) {
  const report = { machine, date: new Date().toISOString(), transfers, rounds, results, ratios };
  writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
}
