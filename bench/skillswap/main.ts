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
import { parseArgs } from 'node:util';
import { MACHINE } from '../machine.ts';
import { runPhases, tell } from '../phases.ts';
import type { Found } from './phase.ts';

const { values } = parseArgs({
  options: {
    transfers: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '9' },
    only: { type: 'string' },
    json: { type: 'string' },
  },
});
const given = { transfers: Number(values.transfers), rounds: Number(values.rounds) };

console.log(MACHINE);
const phases = { all: ['transfers'], only: values.only, given };
const found = await runPhases<typeof given, Found>(import.meta.url, phases);
const results = found.flatMap((one) => one.results);
const ratios = Object.assign({}, ...found.map((one) => one.ratios)) as Record<string, number>;
for (const result of results) tell(result, 0);
for (const [name, value] of Object.entries(ratios)) tell({ name, value, unit: '' }, 2);
if (values.json) {
  const report = { machine: MACHINE, date: new Date().toISOString(), ...given, results, ratios };
  writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
}
