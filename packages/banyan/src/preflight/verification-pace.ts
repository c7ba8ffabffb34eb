import type { ResolvedService } from '@banyan/plan';
import type { Finding } from '@banyan/replication';
import type pg from 'pg';

/** The next comparison begins when a third of the age is over: as long as what is left of it, one may take. */
const LEFT_OF_AGE = 2 / 3;

/**
 * Whether comparing all rows of a service takes so long at the plan's pace that what was found first is too old for a step
 * when the last table is done: the service would stand still for ever. Rows are counted as the monolith's statistics have them.
 */
export async function checkVerificationPace(
  { name, tables, rollout }: Pick<ResolvedService, 'name' | 'tables' | 'rollout'>,
  monolith: Pick<pg.Pool, 'query'>,
): Promise<Finding[]> {
  const mapped = tables.map(({ legacy }) => `${legacy.schema}.${legacy.table}`);
  const { rows } = await monolith.query<{ rows: number }>(ROWS, [mapped]);
  const count = rows[0]!.rows;
  const { verifyRowsPerSecond, maxVerificationAgeSeconds } = rollout;
  const seconds = Math.ceil(count / verifyRowsPerSecond);
  if (seconds <= maxVerificationAgeSeconds * LEFT_OF_AGE) return [];
  return [
    {
      code: 'verification_too_slow',
      message:
        `Comparing the ${count.toLocaleString('en')} rows of ${name} takes ${seconds} s or longer at verifyRowsPerSecond ${verifyRowsPerSecond}, ` +
        `and no step is made on what was found more than maxVerificationAgeSeconds ${maxVerificationAgeSeconds} ago: it may never come to one.`,
      hint: `Set maxVerificationAgeSeconds to ${2 * seconds} or more in the rollout of ${name}, or let verification read faster.`,
      severity: 'warning',
    },
  ];
}

/** Of a table that was never analysed nothing is known: it counts for none. */
const ROWS = `
  SELECT coalesce(sum(greatest(c.reltuples, 0)), 0)::float8 AS rows
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname || '.' || c.relname = ANY ($1)`;
