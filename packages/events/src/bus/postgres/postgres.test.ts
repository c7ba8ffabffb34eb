import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { busContract } from '../contract-suite.ts';
import { openPostgresBus } from './postgres.ts';

busContract('postgres', async () => {
  const url = await (await testServer()).database('bus');
  const pool = createPool(url, { max: 1, applicationName: 'suite' });
  const others = `FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
  return {
    connect: () => openPostgresBus({ url }),
    cut: async () => {
      await pool.query(`SELECT pg_terminate_backend(pid) ${others}`);
    },
    connections: async () => {
      // A backend needs a moment to see that its client has left.
      for (let tries = 0; ; tries++) {
        const { rows } = await pool.query<{ count: number }>(`SELECT count(*)::int ${others}`);
        if (rows[0]!.count === 0 || tries === 100) return rows[0]!.count;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    close: () => pool.end(),
  };
});
