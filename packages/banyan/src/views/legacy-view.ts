import type { LinkedService, ResolvedPlan } from '@banyan/plan';
import { isLinked } from '@banyan/plan';
import { quoteIdent, quoteLiteral, quoteTable } from '@banyan/postgres/quote';
import type { ColumnMapping, TableMapping } from '@banyan/replication';

/** A column with its type as PostgreSQL writes it. */
export type Column = { name: string; type: string };

/** A table of a service, as far as views read it. */
export type SourceTable = { service: string; schema: string; table: string; columns: string[] };

/** A table of the monolith as a query over those of services. */
export type LegacyView = {
  schema: string;
  table: string;
  sources: SourceTable[];
  /** SQL, given for each source what to select from. */
  query(from: (source: SourceTable) => string): string;
};

type Taken = { service: LinkedService; mapping: TableMapping };

/** How `flow` speaks for a service's column: what it changes itself is newer than what it only reads or was given once. */
const RANK = { both: 0, forward: 1, seed: 2 } as const;

/** The tables of the monolith whose rows some service has, in the order of the plan. */
export function takenTables(plan: ResolvedPlan): Map<string, Taken[]> {
  const taken = new Map<string, Taken[]>();
  for (const service of Object.values(plan.services).filter(isLinked))
    for (const mapping of service.tables) {
      const name = `${mapping.legacy.schema}.${mapping.legacy.table}`;
      taken.set(name, [...(taken.get(name) ?? []), { service, mapping }]);
    }
  // Of a table whose rows are all the monolith's still, the monolith's own shows them.
  return new Map([...taken].filter(([, those]) => those.some(({ mapping }) => mapping.rows === 'owned')));
}

/**
 * The query that shows a table of the monolith with `columns` as they were: rows out of the service that owns them, joined by key with
 * the columns of others. What no service took over (a column, rows outside every `where`) is read where it still is, in the monolith.
 * `hidden` columns are NULL.
 */
export function legacyView(
  taken: readonly Taken[],
  columns: readonly Column[],
  hidden: ReadonlySet<string>,
): LegacyView {
  const { schema, table } = taken[0]!.mapping.legacy;
  const owners = taken.filter(({ mapping }) => mapping.rows === 'owned');
  const others = taken.filter(({ mapping }) => mapping.rows === 'foreign');
  const parts = owners.map((owner) => partOf(owner, others, columns, hidden));
  return {
    schema,
    table,
    sources: mergedSources(parts.flatMap(({ sources }) => sources)),
    query: (from) => {
      const left = restOfMonolith(owners, columns, hidden);
      return [...parts.map(({ query }) => query(from)), ...(left === null ? [] : [left])].join(
        '\nUNION ALL\n',
      );
    },
  };
}

/** The rows of one owner. */
function partOf(
  owner: Taken,
  others: readonly Taken[],
  columns: readonly Column[],
  hidden: ReadonlySet<string>,
) {
  const used = new Map<Taken, Set<string>>([[owner, new Set()]]);
  let fromMonolith = false;
  const selected = columns.map(({ name, type }) => {
    const as = `::${type} AS ${quoteIdent(name)}`;
    if (hidden.has(name)) return `NULL${as}`;
    const best = bestSource(name, [owner, ...others]);
    if (best === null) {
      fromMonolith = true;
      return `${MONOLITH}.${quoteIdent(name)}${as}`;
    }
    const reads = used.get(best.taken) ?? new Set();
    used.set(best.taken, reads);
    for (const column of best.group.serviceColumns) reads.add(column);
    return `(${best.alias}.value_${columns.findIndex((column) => column.name === name)})${as}`;
  });
  const sourceOf = ({ service, mapping }: Taken, reads: ReadonlySet<string>): SourceTable => ({
    service: service.name,
    schema: mapping.service.schema,
    table: mapping.service.table,
    columns: [...new Set([...mapping.service.key, ...reads])],
  });
  const sources = [...used].map(([taken, reads]) => sourceOf(taken, reads));
  return {
    sources,
    query: (from: (source: SourceTable) => string) => {
      // Expressions are over plain column names: each is computed where only its own service's columns are in sight.
      const inner = ([taken, reads]: [Taken, Set<string>]) => {
        const values = columns.flatMap(({ name }, index) => {
          const best = hidden.has(name) ? null : bestSource(name, [owner, ...others]);
          return best?.taken === taken ? [`${best.group.reverse[name]} AS value_${index}`] : [];
        });
        const keys = taken.mapping.service.key.map(
          (column, index) => `${quoteIdent(column)} AS key_${index}`,
        );
        return `(SELECT ${[...keys, ...values].join(', ')} FROM ${from(sourceOf(taken, reads))}) AS ${aliasOf(taken)}`;
      };
      const [first, ...rest] = [...used];
      const joined = rest.map(
        (each) => `LEFT JOIN ${inner(each)} ON ${sameKey(aliasOf(owner), aliasOf(each[0]), owner)}`,
      );
      const { schema, table, key } = owner.mapping.legacy;
      const ofMonolith = key.map(
        (column, index) => `${MONOLITH}.${quoteIdent(column)} = ${aliasOf(owner)}.key_${index}`,
      );
      if (fromMonolith)
        joined.push(`LEFT JOIN ${quoteTable(schema, table)} AS ${MONOLITH} ON ${ofMonolith.join(' AND ')}`);
      return `SELECT ${selected.join(',\n  ')}\nFROM ${[inner(first!), ...joined].join('\n')}`;
    },
  };
}

const MONOLITH = 'monolith';

function aliasOf({ service }: Taken): string {
  return quoteIdent(`of ${service.name}`);
}

function sameKey(one: string, other: string, { mapping }: Taken): string {
  return mapping.service.key.map((_, index) => `${one}.key_${index} = ${other}.key_${index}`).join(' AND ');
}

function bestSource(
  column: string,
  taken: readonly Taken[],
): { taken: Taken; group: ColumnMapping; alias: string } | null {
  const found = taken.flatMap((one) =>
    one.mapping.columns
      .filter(({ reverse }) => Object.hasOwn(reverse, column))
      .map((group) => ({ taken: one, group, alias: aliasOf(one) })),
  );
  return found.toSorted((a, b) => RANK[a.group.flow] - RANK[b.group.flow])[0] ?? null;
}

/** Rows that no service owns: those outside every `where`. Null: there can be none. */
function restOfMonolith(
  owners: readonly Taken[],
  columns: readonly Column[],
  hidden: ReadonlySet<string>,
): string | null {
  const sets = owners.map(({ mapping }) => mapping.where);
  if (sets.some((set) => set === undefined)) return null;
  const { schema, table } = owners[0]!.mapping.legacy;
  const outside = sets.map((set) => {
    const among = set!.in.map(quoteLiteral).join(', ');
    return `(${quoteIdent(set!.column)}::text IN (${among})) IS NOT TRUE`;
  });
  const selected = columns.map(({ name, type }) => (hidden.has(name) ? `NULL::${type}` : quoteIdent(name)));
  return `SELECT ${selected.join(', ')}\nFROM ${quoteTable(schema, table)} WHERE ${outside.join(' AND ')}`;
}

/** One for each table of a service, with all columns that are read of it. */
export function mergedSources(sources: readonly SourceTable[]): SourceTable[] {
  const merged = new Map<string, SourceTable>();
  for (const source of sources) {
    const name = JSON.stringify([source.service, source.schema, source.table]);
    const columns = [...(merged.get(name)?.columns ?? []), ...source.columns];
    merged.set(name, { ...source, columns: [...new Set(columns)] });
  }
  return [...merged.values()];
}
