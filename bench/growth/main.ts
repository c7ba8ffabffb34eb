/**
 * What one more service costs: `npm run bench:growth`.
 *
 *   --seconds N    measured seconds at each size (default 20)
 *   --services L   sizes, the first one is what the others are held against (default 2,7,20)
 *   --together     the services' databases are on the monolith's server: each of its senders then reads what all have written
 *   --logs FOLDER  keep what the processes log there, by size: how long each part of a step took is among it
 *   --json FILE    also write the figures to FILE
 *
 * So many services, each with a PostgreSQL of its own, take a table each out of one monolith. All are at half of their users, so both links of each run; writes
 * come at one rate, whatever the number of services; then one service steps up and back, over all users and half. Aims
 * at 20 services: decoding at most twice what it costs at 2, fence p99 at most 1.5 times, the loop under 2 % of a core.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { MACHINE } from '../machine.ts';
import { type Growth, measure } from './measure.ts';
import { startWorld } from './world.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    services: { type: 'string', default: '2,7,20' },
    together: { type: 'boolean', default: false },
    logs: { type: 'string' },
    json: { type: 'string' },
  },
});
const sizes = values.services.split(',').map(Number);
console.log(MACHINE);
const all: Growth[] = [];
for (const size of sizes) {
  const logs = values.logs && resolve(values.logs, String(size));
  const world = await startWorld({ services: size, together: values.together, logs });
  try {
    all.push(await measure(world, Number(values.seconds)));
  } finally {
    await world.stop();
  }
}

const ROWS: [string, (growth: Growth) => number, string][] = [
  ['writes', (growth) => growth.writesPerSecond, '1/s'],
  ['writes refused', (growth) => growth.refused, ''],
  ['pauses', (growth) => growth.pauses, ''],
  ['WAL senders, CPU of 1,000 writes', (growth) => growth.decodingMs, 'ms'],
  ["of them the monolith's", (growth) => growth.monolithDecodingMs, 'ms'],
  ['applier', (growth) => growth.applierPercent, '% of a core'],
  ["applier's memory", (growth) => growth.applierMiB, 'MiB'],
  ['control loop', (growth) => growth.controllerPercent, '% of a core'],
  ['gateway', (growth) => growth.gatewayPercent, '% of a core'],
  ['connections', (growth) => growth.connections, ''],
  ['of them to the monolith', (growth) => growth.monolithConnections, ''],
  ['replication slots', (growth) => growth.slots, ''],
  ['of them of the monolith', (growth) => growth.monolithSlots, ''],
  ['fence p50', (growth) => growth.fenceP50Ms, 'ms'],
  ['fence p99', (growth) => growth.fenceP99Ms, 'ms'],
];
const line = (cells: string[]) => cells.map((cell, i) => (i ? cell.padStart(12) : cell.padEnd(34))).join('');
console.log(line(['services', ...all.map(({ services }) => String(services))]));
for (const [name, of, unit] of ROWS)
  console.log(`${line([name, ...all.map((growth) => of(growth).toFixed(1))])} ${unit}`);

const [first, last] = [all[0]!, all.at(-1)!];
const ratio = (of: (growth: Growth) => number) => Math.round((of(last) / of(first)) * 100) / 100;
const ratios = {
  [`decoding ${last.services}/${first.services}`]: ratio((growth) => growth.decodingMs),
  [`fence-p99 ${last.services}/${first.services}`]: ratio((growth) => growth.fenceP99Ms),
};
for (const [name, value] of Object.entries(ratios))
  console.log(`${name.padEnd(34)}${value.toFixed(2).padStart(12)} x`);
if (values.json) {
  const results = [
    { name: 'control loop % of a core', value: last.controllerPercent, unit: '%' },
    ...all.flatMap((growth) =>
      ROWS.map(([name, of, unit]) => ({
        name: `${name}, ${growth.services} services`,
        value: of(growth),
        unit,
      })),
    ),
  ];
  const report = { machine: MACHINE, date: new Date().toISOString(), results, ratios };
  writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
}
