import { readFile } from 'node:fs/promises';
import { applySchema } from '@banyan/postgres';
import type { ServicePart } from '@banyan/service';
import type { AnalyticsSystem } from './system.ts';

/** The part that brings the tables of this package into the service's database: before whatever uses them. */
export function analyticsTables({ userIds }: Pick<AnalyticsSystem, 'userIds'>): ServicePart<undefined> {
  return {
    async start({ pool }) {
      const sql = await readFile(new URL('schema.sql', import.meta.url), 'utf8');
      await applySchema(pool, { name: 'banyan_analytics', sql: sql.replaceAll('USER_ID', userIds) });
      return { provided: undefined, close: async () => {} };
    },
  };
}
