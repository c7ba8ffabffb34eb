/**
 * What SkillSwap's services have to bear: `npm run bench:skillswap`.
 *
 *   --transfers N  of each round and contender (default 2,000)
 *   --rounds N     interleaved (default 9)
 *   --providers N  among whom matches are looked for (default 100,000)
 *   --seekers N    who ask for theirs, one after the other (default 1,000)
 *   --bookings N   of one provider (default 2,000)
 *   --only A,B     only these phases: transfers, match, bookings
 *   --json FILE    also write the figures to FILE
 *
 * This process and its PostgreSQL share the machine. Aims: transfers of the ledger at least 0.6 of bare updates of two rows, in the same run;
 * `match p95 ms` under 50 over 100,000 providers; `bookings/s` 500 of one provider, none twice.
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
    providers: { type: 'string', default: '100000' },
    seekers: { type: 'string', default: '1000' },
    bookings: { type: 'string', default: '2000' },
    only: { type: 'string' },
    json: { type: 'string' },
  },
});
const given = {
  transfers: Number(values.transfers),
  rounds: Number(values.rounds),
  providers: Number(values.providers),
  seekers: Number(values.seekers),
  bookings: Number(values.bookings),
};

console.log(MACHINE);
const phases = { all: ['transfers', 'match', 'bookings'], only: values.only, given };
const found = await runPhases<typeof given, Found>(import.meta.url, phases);
const results = found.flatMap((one) => one.results);
const ratios = Object.assign({}, ...found.map((one) => one.ratios)) as Record<string, number>;
for (const result of results) tell(result, result.unit === 'ms' ? 1 : 0);
for (const [name, value] of Object.entries(ratios)) tell({ name, value, unit: '' }, 2);
if (values.json) {
  const report = { machine: MACHINE, date: new Date().toISOString(), ...given, results, ratios };
  writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
}
