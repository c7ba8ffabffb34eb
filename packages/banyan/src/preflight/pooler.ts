import { connectionConfig } from '@banyan/postgres';
import pg from 'pg';
import type { PreflightFinding } from './finding.ts';

const NAME = 'banyan.direct';

/**
 * Whether something stands between us and the database that does not give each of our connections a session of its own, as
 * PgBouncer does for transactions: settings, LISTEN, advisory locks and prepared statements would go to whoever comes next.
 */
export async function checkDirect(
  where: string,
  url: string,
  timeoutMs: number,
): Promise<PreflightFinding | null> {
  const client = new pg.Client({
    ...connectionConfig(url, { [NAME]: 'yes' }),
    application_name: 'banyan-check',
    connectionTimeoutMillis: timeoutMs,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query(`SELECT current_setting('${NAME}', true) AS told`);
    return rows[0].told === 'yes' ? null : pooled(where, 'it drops the settings of our sessions');
  } catch (error) {
    const { message, code } = error as { message: string; code?: string };
    // Anything else is told by who needs the database.
    return code === '08P01' && /startup parameter/.test(message)
      ? pooled(where, `it says '${message}'`)
      : null;
  } finally {
    await client.end().catch(() => {});
  }
}

function pooled(where: string, why: string): PreflightFinding {
  return {
    where,
    code: 'pooler',
    severity: 'error',
    message: `A connection pooler stands in front of the database: ${why}.`,
    hint: 'Name the database itself in the plan, by its own port: replication, LISTEN and advisory locks need sessions of their own. The monolith may go on through the pooler.',
  };
}
