import { createPool } from '@banyan/postgres';
import { claimDatabase, markOf } from '@banyan/replication';
import { databasesOf, type ResolvedPlan } from '../plan/resolved.ts';
import { StartError } from './start-error.ts';

/** How long a database may take to let us in, ms. One that does not is looked at when it is there. */
const ANSWER_MS = 5_000;

/**
 * Marks the databases of the plan as this control database's: another `banyan up`, with a control database that knows of
 * nothing, would take down slots and write locks of the first as leftovers.
 *
 * @throws StartError that says whose a database is
 */
export async function claimDatabases(plan: ResolvedPlan): Promise<void> {
  const control = open(plan.control.database);
  try {
    const mark = await markOf(plan.name, control);
    for (const [where, url] of databasesOf(plan)) {
      if (url === plan.control.database) continue;
      const pool = open(url);
      // Where nothing can be put, nothing can be taken down: check says what is missing.
      const other = await claimDatabase(pool, mark)
        .catch(() => undefined)
        .finally(() => pool.end());
      if (other)
        throw new StartError(
          `${where} is worked on by the system '${other.system}' with another control database (${other.control})`,
          `go on with that control database; if it is gone for good, DELETE FROM banyan.mark in ${where}, then start again`,
        );
    }
  } finally {
    await control.end();
  }
}

function open(url: string) {
  const pool = createPool(url, { max: 1, applicationName: 'banyan-up', statementTimeoutMs: ANSWER_MS });
  pool.options.connectionTimeoutMillis = ANSWER_MS;
  return pool;
}
