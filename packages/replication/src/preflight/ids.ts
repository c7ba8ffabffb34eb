import { quoteIdent, quoteTable } from '@banyan/postgres';
import { checkSequences } from '../catalog/sequences.ts';
import type { Context, End } from './context.ts';
import { error, type Finding, lacking } from './finding.ts';

/** Whether both sides can choose ids without meeting, and whether their sequences may be looked at and moved. */
export async function checkIds({ config, source, target }: Context): Promise<Finding[]> {
  if (config.direction === 'reverse') return [];
  const owned = config.tables.filter(({ rows }) => rows === 'owned');
  const closed = [
    ...(await closedSequences(
      source,
      owned.map(({ legacy }) => legacy),
      ['SELECT'],
    )),
    ...(await closedSequences(
      target,
      owned.map(({ service }) => service),
      ['SELECT', 'UPDATE'],
    )),
  ];
  if (closed.length > 0) return closed;
  const states = await checkSequences(source.db, target.db, config.tables, config.service);
  return states.flatMap(({ table, column, legacyLast, serviceLast, below, end }) => [
    ...(legacyLast !== undefined && legacyLast >= below
      ? [
          overlap(
            'monolith',
            table,
            `The monolith's sequence of ${table}.${column} has reached ${legacyLast}; those of services begin at ${below}.`,
          ),
        ]
      : []),
    ...(serviceLast !== undefined && end !== undefined && serviceLast >= end
      ? [
          overlap(
            'service',
            table,
            `The service's sequence of ${table}.${column} has reached ${serviceLast}; from ${end} on ids are others'.`,
          ),
        ]
      : []),
  ]);
}

function overlap(end: 'monolith' | 'service', table: string, message: string): Finding {
  return { ...error('sequences_overlap', message, 'Widen the column to bigint on both sides.', table), end };
}

async function closedSequences(
  end: End,
  sides: { schema: string; table: string; key: string[] }[],
  rights: string[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const side of sides) {
    const table = await end.table(side);
    if (!table) continue;
    const { rows } = await end.db.query(
      `SELECT n.nspname AS schema, c.relname AS name,
         ARRAY(SELECT p FROM unnest($3::text[]) p WHERE NOT has_sequence_privilege(c.oid, p)) AS lacking
       FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
         JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
       WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = $1
         AND d.deptype IN ('a', 'i') AND a.attname = ANY($2)`,
      [table.oid, side.key, rights],
    );
    for (const { schema, name, lacking: missing } of rows)
      if (missing.length > 0)
        findings.push({
          ...lacking(
            'sequence_privilege',
            `The role ${end.role} lacks ${missing.join(', ')} on the sequence ${schema}.${name}.`,
            [
              `GRANT ${missing.join(', ')} ON SEQUENCE ${quoteTable(schema, name)} TO ${quoteIdent(end.role)}`,
            ],
            `${side.schema}.${side.table}`,
          ),
          end: end.is,
        });
  }
  return findings;
}
