import { runMonolith } from '@banyan/monolith';
import { createMonolith } from './app.ts';
import { connect, createTables } from './database.ts';

await runMonolith({
  title: 'SkillSwap',
  connect,
  createTables,
  create: (pool, settings, logLevel) => createMonolith(pool, settings, { logLevel }),
});
