import { quoteIdent, quoteTable } from '@banyan/postgres';
import type { Table } from '../catalog/catalog.ts';
import type { TableMapping } from '../mapping/mapping.ts';
import type { Context, End } from './context.ts';
import { error, type Finding, lacking } from './finding.ts';
import { eachTable } from './tables.ts';

/**
 * Rights on the mapped tables. What is read from the log has to be published, which only an owner may; the barrier locks
 * it, which takes UPDATE; the monolith's gets a trigger, and so does nobody else's.
 */
export async function checkRights(context: Context): Promise<Finding[]> {
  return await eachTable(context, ({ mapping, end, table, isSource }) =>
    rightsOf(end, table, wanted(mapping, end, isSource)),
  );
}

function wanted(mapping: TableMapping, end: End, isSource: boolean): string[] {
  const rights = isSource ? ['SELECT', 'UPDATE'] : ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
  if (!isSource && mapping.onTruncate === 'replicate') rights.push('TRUNCATE');
  if (end.is === 'monolith') rights.push('TRIGGER');
  return rights;
}

async function rightsOf(end: End, table: Table, rights: string[]): Promise<Finding[]> {
  const { rows } = await end.db.query(
    `SELECT ARRAY(SELECT p FROM unnest($2::text[]) p WHERE NOT has_table_privilege(c.oid, p)) AS lacking,
       has_schema_privilege(c.relnamespace, 'USAGE') AS may_enter, pg_has_role(c.relowner, 'USAGE') AS owns,
       pg_has_role(c.relowner, 'MEMBER') AS joined, pg_get_userbyid(c.relowner) AS owner,
       row_security_active(c.oid) AS filtered
     FROM pg_class c WHERE c.oid = $1`,
    [table.oid, rights],
  );
  const found = rows[0];
  const name = `${table.schema}.${table.name}`;
  const quoted = quoteTable(table.schema, table.name);
  const role = quoteIdent(end.role);
  const findings: Finding[] = [];
  if (!found.may_enter)
    findings.push(
      lacking('schema_usage', `The role ${end.role} may not use the schema ${table.schema}.`, [
        `GRANT USAGE ON SCHEMA ${quoteIdent(table.schema)} TO ${role}`,
      ]),
    );
  if (found.lacking.length > 0)
    findings.push(
      lacking(
        'table_privilege',
        `The role ${end.role} lacks ${found.lacking.join(', ')} on ${name}.`,
        [`GRANT ${found.lacking.join(', ')} ON ${quoted} TO ${role}`],
        name,
      ),
    );
  if (!found.owns)
    findings.push(
      lacking(
        'table_owner',
        found.joined
          ? `Only an owner of ${name} may publish it; ${end.role} has joined ${found.owner} but does not inherit its rights.`
          : `Only an owner of ${name} may publish it, and that is ${found.owner}, which ${end.role} has not joined.`,
        [
          end.version >= 160_000
            ? `GRANT ${quoteIdent(found.owner)} TO ${role} WITH INHERIT TRUE, SET TRUE`
            : found.joined
              ? `ALTER ROLE ${role} INHERIT`
              : `GRANT ${quoteIdent(found.owner)} TO ${role}`,
        ],
        name,
      ),
    );
  if (found.filtered)
    findings.push(
      error(
        'row_security',
        `Row level security hides rows of ${name} from ${end.role}: they would be missing on the other side.`,
        `Run ALTER ROLE ${role} BYPASSRLS.`,
        name,
      ),
    );
  return findings;
}
