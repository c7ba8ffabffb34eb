/**
 * What people wait for when they look for a job: `npm run bench:career-copilot`.
 *
 *   --postings N   that are searched (default 100,000)
 *   --queries N    how often each figure's question is asked (default 900)
 *   --only A,B     only these phases: search, match, statistics
 *   --json FILE    also write the figures to FILE
 *
 * One request after the other by HTTP, each service and its PostgreSQL on the same two cores, all of it in memory. Aims: a search
 * under 30 ms, matching one profile under 100 ms, statistics under 20 ms, each p95. What there is no figure of is named under `missing`.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { startBenchServer } from '../server.ts';
import type { Missing, Phase, Result } from './phase.ts';

const PHASES = ['search', 'match', 'statistics'];

const { values } = parseArgs({
  options: {
    postings: { type: 'string', default: '100000' },
    queries: { type: 'string', default: '900' },
    only: { type: 'string' },
    json: { type: 'string' },
  },
});
const [postings, queries] = [Number(values.postings), Number(values.queries)];
const machine = `${availableParallelism()} x ${cpus()[0]?.model.trim()}, Node ${process.version}`;
const results: Result[] = [];
const missing: Missing[] = [];

console.log(`${machine}, ${postings.toLocaleString('en')} postings`);
const server = await startBenchServer();
try {
  for (const name of values.only?.split(',') ?? PHASES) {
    if (!PHASES.includes(name)) throw new Error(`No phase ${name}. There are: ${PHASES.join(', ')}`);
    const { run } = (await import(new URL(`${name}.ts`, import.meta.url).href)) as { run: Phase };
    const found = await run({ createDatabase: (name) => server.createDatabase(name), postings, queries });
    results.push(...found.results.map((one) => ({ ...one, value: Math.round(one.value * 10) / 10 })));
    missing.push(...found.missing);
  }
} finally {
  await server.stop();
}
for (const { name, value, unit } of results)
  console.log(`${name.padEnd(50)}${value.toFixed(1).padStart(10)} ${unit}`);
for (const { name, why } of missing) console.log(`${name.padEnd(50)}   missing: ${why}`);
if (values.json) {
  const report = { machine, date: new Date().toISOString(), postings, queries, results, missing };
  writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
}
