import { copy, defineMigration, env, table } from '@banyan/banyan';
import { namesOf, tableOf } from './system.ts';

/** The plan of `npm run bench:growth`; world.ts sets its variables. */
export default defineMigration({
  name: 'growth',
  monolith: { url: env('GROWTH_MONOLITH_URL'), database: env('GROWTH_MONOLITH'), health: '/health' },
  control: { database: env('GROWTH_CONTROL'), port: Number(env('GROWTH_CONTROL_PORT')) },
  gateway: {
    port: Number(env('GROWTH_GATEWAY_PORT')),
    adminPort: Number(env('GROWTH_ADMIN_PORT')),
    workers: 1,
    rateLimit: null,
  },
  // Steps as fast as they can be: what is measured is what each costs, not what it waits for.
  rollout: {
    steps: ['50%', '100%'],
    observeSeconds: 0,
    minRequests: 0,
    minCompared: 1,
    maxVerificationAgeSeconds: 86_400,
    maxLatencyRatio: 1_000,
    fenceLimitMs: 10_000,
  },
  services: Object.fromEntries(
    namesOf(Number(env('GROWTH_SERVICES'))).map((name) => [
      name,
      {
        url: env('GROWTH_SERVICES_URL'),
        database: env(`GROWTH_${name.toUpperCase()}`),
        health: '/health',
        routes: [
          { route: `GET /${name}`, key: 'header.x-owner', auth: 'none' as const },
          { route: `PUT /${name}`, key: 'header.x-owner', auth: 'none' as const, writes: [tableOf(name)] },
        ],
        tables: [
          table({
            legacy: { table: tableOf(name), key: ['owner'] },
            owner: { by: 'key', legacyColumn: 'owner', serviceColumn: 'owner' },
            columns: [copy('owner', 'note')],
          }),
        ],
      },
    ]),
  ),
});
