import { connectAs, runMonolith } from '@banyan/monolith';
import { MONOLITH_JOBS } from '../kit/monolith-jobs.ts';
import { createMonolith } from './app.ts';
import { connect, createTables } from './database.ts';

await runMonolith({
  title: 'SkillSwap',
  connect,
  createTables,
  create: (pool, settings, logLevel) =>
    createMonolith(pool, settings, { logLevel, jobs: connectAs(pool, MONOLITH_JOBS) }),
});
