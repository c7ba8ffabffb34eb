import { runMonolith } from '@banyan/monolith';
import { createMonolith } from './app.ts';
import { connect, createTables } from './database.ts';

const { WEB_FOLDER: folder, API_URL: apiUrl } = process.env;

await runMonolith({
  title: 'Career Copilot',
  connect,
  createTables,
  create: (pool, settings, logLevel) =>
    createMonolith(pool, settings, { logLevel, ...(folder ? { web: { folder, apiUrl } } : {}) }),
});
