import { quoteTable } from '@banyan/postgres';
import { nameOf, type TableMapping } from '../mapping/mapping.ts';
import type { Context, End } from './context.ts';
import { error, type Finding, lacking } from './finding.ts';

/** Whether the rows of a mapping that is about some of a table's (`where`) can be told from the others. */
export async function checkRowSets({ config, source }: Context): Promise<Finding[]> {
  if (config.direction === 'reverse') return [];
  const findings = await Promise.all(config.tables.map((mapping) => checkRowSet(mapping, source)));
  return findings.flat().map((finding) => ({ ...finding, end: source.is }));
}

/** Each value of these has one text, the same in the stream and in SQL. Enums are of this kind too. */
const TELLING = ['text', 'varchar', 'int2', 'int4', 'int8', 'uuid'];

async function checkRowSet({ where, legacy }: TableMapping, monolith: End): Promise<Finding[]> {
  const table = where && (await monolith.table(legacy));
  if (!table?.columns.has(where!.column)) return []; // a finding of its own, if any
  const findings: Finding[] = [];
  const name = nameOf(legacy);
  if (table.replicaIdentity !== 'f')
    findings.push(
      lacking(
        'rows_identity',
        `Some rows of ${name} are taken over, by ${where!.column}: the stream has to say what it was before a change, and the replica identity leaves it out.`,
        [`ALTER TABLE ${quoteTable(legacy.schema, legacy.table)} REPLICA IDENTITY FULL`],
        name,
      ),
    );
  const { rows } = await monolith.db.query(
    `SELECT t.typname AS type FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
     WHERE a.attrelid = $1 AND a.attname = $2 AND t.typtype <> 'e'
       AND NOT (t.typnamespace = 'pg_catalog'::regnamespace AND t.typname = ANY($3))`,
    [table.oid, where!.column, TELLING],
  );
  for (const { type } of rows)
    findings.push(
      error(
        'rows_type',
        `${name}.${where!.column}, which tells whose a row is, is of type ${type}, whose values have more than one text.`,
        'Tell the rows by a column of type text, varchar, an integer type, uuid or an enum.',
        name,
      ),
    );
  return findings;
}
