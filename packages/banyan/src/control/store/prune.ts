import { deleteSome } from '@banyan/postgres';
import type { Queryable } from './store.ts';

/** As many as the API shows at most. */
const STEPS_PER_SERVICE = 1_000;
const VERIFICATIONS_PER_SERVICE = 100;

/** Drops old records of what is over, some in a call; what is queued or runs stays. True: nothing is left to do. */
export async function pruneRecords(db: Queryable): Promise<boolean> {
  const steps = await keepNewest(db, 'steps', `outcome <> 'running'`, STEPS_PER_SERVICE);
  const verifications = await keepNewest(
    db,
    'verifications',
    `state IN ('done', 'failed')`,
    VERIFICATIONS_PER_SERVICE,
  );
  return steps && verifications;
}

function keepNewest(db: Queryable, table: 'steps' | 'verifications', over: string, count: number) {
  return deleteSome(db, {
    table: `control.${table}`,
    key: 'id',
    old: `SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY service ORDER BY id DESC) AS place
                            FROM control.${table} WHERE ${over}) AS one WHERE place > $1`,
    values: [count],
  });
}
