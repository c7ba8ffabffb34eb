import { createPool } from '@banyan/postgres';
import { EventStoreError } from '../store/errors.ts';
import { applyProjectionSchema } from './builds.ts';
import { resumeFailed, skipFailed } from './skip.ts';
import { builtStatus, type ProjectionStatus } from './status.ts';

/** What can be done to the projections of a database from anywhere. A process that runs them sees it within a second. */
export type ProjectionOperator = {
  /** Every build. Throws `PROJECTIONS_NONE_HERE` if the database has none. */
  list(): Promise<ProjectionStatus[]>;
  /** Lets one that has stopped at an event go on without it. Throws `PROJECTION_NOT_FAILED`, `PROJECTION_UNKNOWN`. Gives the position. */
  skip(name: string, by: { who: string; note: string }): Promise<number>;
  /** Lets it try that event again. Throws the same. */
  resume(name: string): Promise<number>;
  close(): Promise<void>;
};

/** Operates the projections of a service by its database. */
export async function openProjectionOperator(databaseUrl: string): Promise<ProjectionOperator> {
  const pool = createPool(databaseUrl, { max: 2, applicationName: 'banyan projections' });
  const list = async () => {
    const { rows } = await pool.query<{ there: boolean }>(
      "SELECT to_regclass('banyan_events.projections') IS NOT NULL AS there",
    );
    if (!rows[0]!.there) throw new EventStoreError('PROJECTIONS_NONE_HERE');
    // Of an older service, which does not know of all that can be done.
    await applyProjectionSchema(pool);
    return await builtStatus(pool);
  };
  const failed = async (name: string) => {
    const builds = (await list()).filter((build) => build.name === name);
    if (builds.length === 0) throw new EventStoreError('PROJECTION_UNKNOWN', { name });
    const stopped = builds.find(({ failedAt }) => failedAt !== undefined);
    if (!stopped) throw new EventStoreError('PROJECTION_NOT_FAILED', { name });
    return { ...stopped, failedAt: stopped.failedAt! };
  };
  return {
    list,
    skip: async (name, by) => await skipFailed(pool, await failed(name), by),
    async resume(name) {
      const stopped = await failed(name);
      await resumeFailed(pool, stopped);
      return stopped.failedAt;
    },
    close: () => pool.end(),
  };
}
