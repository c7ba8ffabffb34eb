import { defineMigration, env } from '@banyan/banyan';
import { copy, table } from '@banyan/replication';
import { NAMES, routesOf, tableOf } from './system.ts';

/** The plan of `npm run bench:control`; main.ts sets its variables. */
export default defineMigration({
  name: 'bench',
  monolith: { url: 'http://127.0.0.1:1', database: env('BENCH_MONOLITH'), health: null },
  control: { database: env('BENCH_CONTROL'), port: Number(env('BENCH_PORT')) },
  gateway: {},
  services: Object.fromEntries(
    NAMES.map((name, index) => [
      name,
      {
        url: 'http://127.0.0.1:1',
        health: null,
        database: env('BENCH_SERVICES'),
        routes: routesOf(index).map((route) => ({ route, key: 'params.id', auth: 'none' as const })),
        tables: [
          table({
            legacy: tableOf(index),
            owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
            columns: [copy('id', 'body')],
          }),
        ],
      },
    ]),
  ),
});
