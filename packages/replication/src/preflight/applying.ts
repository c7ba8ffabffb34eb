import { quoteIdent } from '@banyan/postgres';
import { schemaOwner } from '../link/banyan-schema.ts';
import type { Context } from './context.ts';
import { error, type Finding, lacking } from './finding.ts';

const ORIGIN_FUNCTIONS = [
  'pg_replication_origin_create(text)',
  'pg_replication_origin_drop(text)',
  'pg_replication_origin_session_setup(text)',
  'pg_replication_origin_session_progress(boolean)',
  'pg_replication_origin_xact_setup(pg_lsn, timestamptz)',
];

/** Whether the target can be written under an origin of our own, with triggers and foreign keys off. */
export async function checkApplying({ target, names }: Context): Promise<Finding[]> {
  const findings: Finding[] = [];
  const role = quoteIdent(target.role);
  const { rows } = await target.db.query(
    `SELECT ARRAY(SELECT f FROM unnest($2::text[]) f WHERE NOT has_function_privilege(f, 'EXECUTE')) AS closed,
       coalesce(current_setting('max_active_replication_origins', true), current_setting('max_replication_slots'))::int
         - (SELECT count(*) FROM pg_replication_origin WHERE roname <> $1)::int AS free,
       to_regnamespace('banyan') IS NOT NULL OR has_database_privilege(current_database(), 'CREATE') AS may_create`,
    [names.origin, ORIGIN_FUNCTIONS],
  );
  const found = rows[0];
  if (found.closed.length > 0)
    findings.push(
      lacking(
        'no_origin_privilege',
        `The role ${target.role} may not use replication origins.`,
        found.closed.map((name: string) => `GRANT EXECUTE ON FUNCTION pg_catalog.${name} TO ${role}`),
      ),
    );
  if (found.free < 1)
    findings.push(
      error(
        'no_free_origin',
        'There is no free replication origin.',
        'Raise max_active_replication_origins (before PostgreSQL 18: max_replication_slots).',
      ),
    );
  if (!found.may_create)
    findings.push(
      lacking('no_schema_privilege', `The role ${target.role} may not create the schema banyan.`, [
        `GRANT CREATE ON DATABASE ${quoteIdent(target.database)} TO ${role}`,
      ]),
    );
  const owner = await schemaOwner(target.db);
  if (owner && !owner.ours)
    findings.push(
      lacking('schema_of_another', `The schema banyan belongs to ${owner.name}, not to ${target.role}.`, [
        `REASSIGN OWNED BY ${quoteIdent(owner.name)} TO ${role}`,
      ]),
    );
  if (!(await maySetReplicaRole(target)))
    findings.push(
      lacking(
        'no_replica_role',
        `The role ${target.role} may not set session_replication_role, so triggers and foreign keys would fire.`,
        [
          target.version >= 150_000
            ? `GRANT SET ON PARAMETER session_replication_role TO ${role}`
            : `ALTER ROLE ${role} SUPERUSER`,
        ],
      ),
    );
  return findings.map((finding) => ({ ...finding, end: target.is }));
}

async function maySetReplicaRole({ db }: Context['target']): Promise<boolean> {
  const client = await db.connect();
  try {
    await client.query('BEGIN');
    await client.query('SET LOCAL session_replication_role = replica');
    return true;
  } catch {
    return false;
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}
