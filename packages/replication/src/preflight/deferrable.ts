import { sidesOf } from '../link/link-record.ts';
import { isPlain, nameOf, type TableMapping } from '../mapping/mapping.ts';
import type { Context, End } from './context.ts';
import { error, type Finding, warning } from './finding.ts';

type Constraint = { name: string; columns: string[]; deferrable: boolean };

/** Unique constraints that wait for the end of a transaction on one side and not on the other. */
export async function checkDeferrable({ config, source, target }: Context): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const mapping of config.tables) {
    const sides = sidesOf(mapping, config.direction);
    const [from, to] = await Promise.all([uniques(source, sides.source), uniques(target, sides.target)]);
    findings.push(...keyOf(target, sides.target, to));
    const names = renamed(mapping, source.is);
    for (const { name, columns } of from.filter(({ deferrable }) => deferrable)) {
      const same = columns.map((column) => names.get(column)).sort();
      const other = to.find((each) => !each.deferrable && each.columns.toSorted().join() === same.join());
      if (!other) continue;
      findings.push({
        ...warning(
          'deferrable_differs',
          `${name} of ${nameOf(sides.source)} is deferrable and ${other.name} of ${nameOf(sides.target)} is not: rows that exchange values are applied one by one.`,
          `Make ${other.name} DEFERRABLE too, if such changes are large or frequent.`,
          nameOf(sides.target),
        ),
        end: target.is,
      });
    }
  }
  return findings;
}

/** ON CONFLICT takes no constraint that waits. */
function keyOf(end: End, side: TableMapping['legacy'], constraints: Constraint[]): Finding[] {
  const key = side.key.toSorted().join();
  const own = constraints.filter(({ columns }) => columns.toSorted().join() === key);
  if (own.length === 0 || own.some(({ deferrable }) => !deferrable)) return [];
  return [
    {
      ...error(
        'key_deferrable',
        `The key of ${nameOf(side)} (${own[0]!.name}) is deferrable: rows cannot be found by it while it waits.`,
        'Make the constraint NOT DEFERRABLE, or add a unique index on the same columns.',
        nameOf(side),
      ),
      end: end.is,
    },
  ];
}

/** Columns of one side that have but another name on the other. */
function renamed(mapping: TableMapping, side: End['is']): Map<string, string> {
  return new Map(
    mapping.columns.filter(isPlain).map(({ forward, reverse }) => {
      const [service, legacy] = [Object.keys(forward)[0]!, Object.keys(reverse)[0]!];
      return side === 'monolith' ? [legacy, service] : [service, legacy];
    }),
  );
}

async function uniques({ db }: End, { schema, table }: TableMapping['legacy']): Promise<Constraint[]> {
  const { rows } = await db.query<Constraint>(
    `SELECT i.relname AS name, NOT x.indimmediate AS deferrable,
       ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY(x.indkey)) AS columns
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_index x ON x.indrelid = c.oid
       JOIN pg_class i ON i.oid = x.indexrelid
     WHERE n.nspname = $1 AND c.relname = $2 AND x.indisunique AND x.indpred IS NULL AND x.indexprs IS NULL`,
    [schema, table],
  );
  return rows;
}
