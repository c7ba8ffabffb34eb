import { createPool, quoteIdent } from '@banyan/postgres';
import type { Finding } from '@banyan/replication';

type LocatedFinding = Finding & { where: string };

/** Whether `banyan up` could make its tables in the control database, or change them at an upgrade. */
export async function checkControlDatabase(url: string): Promise<LocatedFinding[]> {
  const pool = createPool(url, { max: 1, applicationName: 'banyan-check' });
  try {
    const { rows } = await pool.query(
      `SELECT current_user AS role, current_database() AS database,
         has_database_privilege(current_database(), 'CREATE') AS may_create,
         ARRAY(SELECT DISTINCT pg_get_userbyid(nspowner)::text FROM pg_namespace
               WHERE nspname = ANY($1) AND NOT pg_has_role(nspowner, 'USAGE')) AS others`,
      [SCHEMAS],
    );
    const { role, database, may_create: mayCreate, others } = rows[0];
    const findings: LocatedFinding[] = [];
    const lacking = (code: string, message: string, sql: string[]) =>
      findings.push({
        where: 'control.database',
        code,
        message,
        hint: `Run ${sql.join('; ')}`,
        sql,
        severity: 'error',
      });
    if (!mayCreate)
      lacking('no_create_privilege', `The role ${role} may not create schemas in the database ${database}.`, [
        `GRANT CREATE ON DATABASE ${quoteIdent(database)} TO ${quoteIdent(role)}`,
      ]);
    for (const other of others)
      lacking('schema_of_another', `Schemas of Banyan in the database ${database} belong to ${other}.`, [
        `REASSIGN OWNED BY ${quoteIdent(other)} TO ${quoteIdent(role)}`,
      ]);
    return findings;
  } finally {
    await pool.end();
  }
}

/** What Banyan keeps there. */
const SCHEMAS = ['banyan_schema', 'control'];
