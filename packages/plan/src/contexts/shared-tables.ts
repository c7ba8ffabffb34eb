import type { TableMapping } from '@banyan/replication';
import { pathTo } from '../problem.ts';
import type { ResolvedPlan } from '../resolve/resolve.ts';
import { contextOf, type Dependency } from './evidence.ts';

type Mapped = { service: string; context: string | null; path: string; table: TableMapping; name: string };

/** Which contexts have something of the same table of the monolith, by the plan alone. Whoever makes what is read gives. */
export function sharedTables(plan: ResolvedPlan): Dependency[] {
  const mapped = mappedIn(plan);
  const homes = new Map(
    Object.entries(plan.contexts).flatMap(([name, { tables }]) =>
      tables.map((table) => [table, name] as const),
    ),
  );
  return mapped
    .flatMap((one) => [
      ...(one.table.rows === 'owned' ? rowsMadeFor(one, mapped, homes, plan) : rowsTaken(one, mapped, homes)),
      ...columnsTaken(one, mapped),
    ])
    .filter(({ downstream, upstream, taker, giver }) =>
      downstream === null || upstream === null ? taker !== giver : downstream !== upstream,
    );
}

function mappedIn(plan: ResolvedPlan): Mapped[] {
  return Object.values(plan.services).flatMap(({ name: service, tables }) =>
    tables.map((table, index) => ({
      service,
      context: contextOf(plan, service),
      path: pathTo('services', service, 'tables', index),
      table,
      name: `${table.legacy.schema}.${table.legacy.table}`,
    })),
  );
}

/** A service that makes rows in a table of another context gives them to it; without such a home, those that make rows share it. */
function rowsMadeFor(
  one: Mapped,
  mapped: readonly Mapped[],
  homes: ReadonlyMap<string, string>,
  { contexts }: ResolvedPlan,
): Dependency[] {
  const home = homes.get(one.name);
  const what = `${one.name} (rows)`;
  if (home !== undefined)
    return [
      {
        downstream: home,
        upstream: one.context,
        taker: home,
        giver: one.service,
        by: 'tables',
        what,
        where: one.path,
      },
    ];
  return mapped
    .slice(0, mapped.indexOf(one))
    .filter(({ name, table }) => name === one.name && table.rows === 'owned')
    .map((first) => {
      // Neither is above the other: the map may say it from either side.
      const turned =
        contexts[first.context ?? '']?.upstream[one.context ?? '']?.by.includes('tables') ?? false;
      const [taker, giver] = turned ? [first, one] : [one, first];
      return from(taker, giver, what);
    });
}

/** Rows that others make belong to the context of the table, else to those who make them. */
function rowsTaken(one: Mapped, mapped: readonly Mapped[], homes: ReadonlyMap<string, string>): Dependency[] {
  const what = `${one.name} (rows)`;
  const home = homes.get(one.name);
  const owners = mapped.filter(({ name, table }) => name === one.name && table.rows === 'owned');
  if (home === undefined && owners.length > 0) return owners.map((owner) => from(one, owner, what));
  return [
    {
      downstream: one.context,
      upstream: home ?? null,
      taker: one.service,
      giver: home ?? `the monolith, table ${one.name}`,
      by: 'tables',
      what,
      where: one.path,
    },
  ];
}

/** Columns that flow from the monolith only, and that another service changes. */
function columnsTaken(one: Mapped, mapped: readonly Mapped[]): Dependency[] {
  const read = columnsOf(one, 'forward');
  return mapped
    .filter((other) => other !== one && other.name === one.name && other.service !== one.service)
    .flatMap((owner) => {
      const shared = read.filter((column) => columnsOf(owner, 'both').includes(column));
      return shared.length === 0 ? [] : [from(one, owner, `${one.name} (${shared.join(', ')})`)];
    });
}

function columnsOf({ table }: Mapped, flow: 'both' | 'forward'): string[] {
  return table.columns.filter((column) => column.flow === flow).flatMap(({ legacyColumns }) => legacyColumns);
}

function from(taker: Mapped, giver: Mapped, what: string): Dependency {
  return {
    downstream: taker.context,
    upstream: giver.context,
    taker: taker.service,
    giver: giver.service,
    by: 'tables',
    what,
    where: taker.path,
  };
}
