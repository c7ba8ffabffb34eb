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
import { parseArgs } from 'node:util';
import { MACHINE } from '../machine.ts';
import { runPhases, tell } from '../phases.ts';
import type { Found } from './phase.ts';

const { values } = parseArgs({
  options: {
    postings: { type: 'string', default: '100000' },
    queries: { type: 'string', default: '900' },
    only: { type: 'string' },
    json: { type: 'string' },
  },
});
const given = { postings: Number(values.postings), queries: Number(values.queries) };

console.log(`${MACHINE}, ${given.postings.toLocaleString('en')} postings`);
const phases = { all: ['search', 'match', 'statistics'], only: values.only, given };
const found = await runPhases<typeof given, Found>(import.meta.url, phases);
const results = found
  .flatMap((one) => one.results)
  .map((one) => ({ ...one, value: Math.round(one.value * 10) / 10 }));
const missing = found.flatMap((one) => one.missing);
for (const result of results) tell(result, 1);
for (const { name, why } of missing) console.log(`${name.padEnd(50)}   missing: ${why}`);
if (values.json) {
  const report = { machine: MACHINE, date: new Date().toISOString(), ...given, results, missing };
  writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
}
