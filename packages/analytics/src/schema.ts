import { applySchemaFile } from '@banyan/postgres';
import type { ServicePart } from '@banyan/service';
import type { AnalyticsSystem } from './system.ts';

/** The part that brings the tables of this package into the service's database: before whatever uses them. */
export function analyticsTables({ userIds }: Pick<AnalyticsSystem, 'userIds'>): ServicePart<undefined> {
  return {
    async start({ pool }) {
      await applySchemaFile(pool, {
        name: 'banyan_analytics',
        file: new URL('schema.sql', import.meta.url),
        words: { USER_ID: userIds },
      });
      return { provided: undefined, close: async () => {} };
    },
  };
}
