import type { Table } from '../catalog/catalog.ts';
import { closestMatch } from '../closest-match.ts';
import { ReplicationError } from '../errors.ts';
import { sidesOf, typesKnownTo } from '../link/link-record.ts';
import { nameOf, type TableMapping } from '../mapping/mapping.ts';
import { planTable } from '../mapping/table-plan.ts';
import type { Context, End } from './context.ts';
import { error, type Finding, warning } from './finding.ts';

/** Whether the tables and columns that the mappings name are there and fit one another. */
export async function checkColumns(context: Context): Promise<Finding[]> {
  const findings = await Promise.all(context.config.tables.map((mapping) => checkMapping(context, mapping)));
  return findings.flat();
}

async function checkMapping(context: Context, mapping: TableMapping): Promise<Finding[]> {
  const { source, target, config } = context;
  const sides = sidesOf(mapping, config.direction);
  const [from, to] = await Promise.all([source.table(sides.source), target.table(sides.target)]);
  const missing = [
    ...(from
      ? missingColumns(source, from, columnsOf(mapping, source.is))
      : await missingTable(source, sides.source)),
    ...(to
      ? missingColumns(target, to, columnsOf(mapping, target.is))
      : await missingTable(target, sides.target)),
  ];
  if (missing.length > 0 || !from || !to) return missing;
  try {
    const plan = planTable(
      mapping,
      config.tables,
      config.direction,
      from,
      to,
      await typesKnownTo(target.db, from),
    );
    return [...unfilled(target, to, plan), ...partial(source, from, plan)];
  } catch (cause) {
    if (!(cause instanceof ReplicationError)) throw cause;
    const { table, column, why } = cause.details;
    return [
      {
        ...error(
          'columns',
          `${table}.${column}: ${why}.`,
          'Correct the mapping or the table.',
          String(table),
        ),
        end: target.is,
      },
    ];
  }
}

/** Every column of one side that the mapping names. */
function columnsOf(mapping: TableMapping, is: End['is']): string[] {
  const { owner, columns } = mapping;
  const [side, names] =
    is === 'monolith'
      ? [mapping.legacy, columns.flatMap((group) => [...group.legacyColumns, ...Object.keys(group.reverse)])]
      : [
          mapping.service,
          columns.flatMap((group) => [...group.serviceColumns, ...Object.keys(group.forward)]),
        ];
  const own = owner.by === 'key' ? [is === 'monolith' ? owner.legacyColumn : owner.serviceColumn] : [];
  return [...new Set([...side.key, ...own, ...names])];
}

async function missingTable(end: End, side: { schema: string; table: string }): Promise<Finding[]> {
  const { rows } = await end.db.query(
    `SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'banyan')`,
  );
  const meant = closestMatch(
    nameOf(side),
    rows.map(({ name }) => name),
  );
  const hint = meant ? `Did you mean ${meant}?` : 'Create it or correct the mapping.';
  return [
    {
      ...error('no_table', `The ${end.is}'s database has no table ${nameOf(side)}.`, hint, nameOf(side)),
      end: end.is,
    },
  ];
}

function missingColumns(end: End, table: Table, names: string[]): Finding[] {
  const name = `${table.schema}.${table.name}`;
  return names
    .filter((column) => !table.columns.has(column))
    .map((column) => {
      const meant = closestMatch(column, [...table.columns.keys()]);
      const hint = meant
        ? `Did you mean ${meant}?`
        : `Its columns are ${[...table.columns.keys()].join(', ')}.`;
      return { ...error('no_column', `${name} has no column ${column}.`, hint, name), end: end.is };
    });
}

type Plan = ReturnType<typeof planTable>;

/** Columns that an inserted row would need and does not get. */
function unfilled(end: End, table: Table, plan: Plan): Finding[] {
  if (plan.inserts.length === 0) return [];
  const name = `${table.schema}.${table.name}`;
  const written = new Set(plan.inserts.map((output) => output.column));
  return [...table.columns.values()]
    .filter(
      ({ notNull, hasDefault, identity, generated }) => notNull && !hasDefault && !identity && !generated,
    )
    .filter(({ name: column }) => !written.has(column))
    .map(({ name: column }) => ({
      ...error(
        'target_not_null',
        `Column ${column} of ${name} is NOT NULL, has no default, and the mapping does not fill it.`,
        'Map it, for example with constant(), or give it a default.',
        name,
      ),
      end: end.is,
    }));
}

/** Expressions over several columns of which one may be absent from the stream. */
function partial(end: End, table: Table, plan: Plan): Finding[] {
  if (table.replicaIdentity === 'f') return [];
  const name = `${table.schema}.${table.name}`;
  return plan.updates
    .filter(({ inputs }) => inputs.length > 1 && inputs.some((input) => table.columns.get(input)!.toastable))
    .map(({ column }) => ({
      ...warning(
        'partial_toast',
        `Column ${column} is computed from several columns; if one of them is long (about 2 kB) and unchanged, the stream does not carry it.`,
        `ALTER TABLE ${name} REPLICA IDENTITY FULL, if such values exist.`,
        name,
      ),
      end: end.is,
    }));
}
