import { randomBytes } from 'node:crypto';
import { isLinked, type ResolvedPlan } from '@banyan/plan';
import { quoteLiteral, withPool, withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import { UsageError } from '../cli/exit.ts';
import { type Column, legacyView, mergedSources, takenTables } from './legacy-view.ts';
import {
  dropRoleSql,
  dropSql,
  monolithSql,
  PASSWORD_VARIABLE,
  type ServiceSource,
  serviceSql,
  type ViewsInput,
  type Way,
} from './sql.ts';

export type ViewsOptions = {
  way: Way;
  schema: string;
  readers: readonly string[];
  /** `table.column` that are shown as NULL and that the role may not read. */
  without: readonly string[];
};

/** Statements by the database that they are for, services' first: the monolith's ask them. */
export type ViewsScript = { where: string; url: string; statements: string[] }[];

/** Reads the catalogs of the monolith and the services, and changes nothing. Without `password` a variable of psql stands for it. */
export async function viewsScript(
  plan: ResolvedPlan,
  options: ViewsOptions,
  password?: string,
): Promise<ViewsScript> {
  const input = await inputOf(
    plan,
    options,
    password === undefined ? PASSWORD_VARIABLE : quoteLiteral(password),
  );
  return [
    ...input.services.map((service) => ({
      ...databaseOf(plan, service.service),
      statements: serviceSql(service, input.password),
    })),
    { where: 'monolith', url: plan.monolith.database, statements: monolithSql(input) },
  ];
}

/** Asks no database. */
export function dropScript(plan: ResolvedPlan, { schema }: Pick<ViewsOptions, 'schema'>): ViewsScript {
  const taken = [...takenTables(plan).values()];
  const views = taken.map((those) => ({ ...those[0]!.mapping.legacy, sources: [], query: () => '' }));
  const services = Object.values(plan.services)
    .filter(isLinked)
    .map(({ name }) => ({ service: name, host: '', port: '', database: '', sslmode: null, tables: [] }));
  return [
    { where: 'monolith', url: plan.monolith.database, statements: dropSql({ schema, views, services }) },
    ...services.map(({ service }) => ({ ...databaseOf(plan, service), statements: dropRoleSql() })),
  ];
}

/** Each database in one transaction; what fails leaves nothing in its own. */
export async function runScript(script: ViewsScript): Promise<void> {
  for (const { url, statements } of script)
    await withPool(url, {}, async (pool) => {
      await withTransaction(pool, async (tx) => {
        for (const statement of statements) await tx.query(statement);
      });
    });
}

/** Makes the views. The password is known to nobody but the databases. */
export async function applyViews(
  plan: ResolvedPlan,
  options: ViewsOptions,
  password = randomBytes(32).toString('base64url'),
): Promise<ViewsScript> {
  const script = await viewsScript(plan, options, password);
  await runScript(script);
  return script;
}

async function inputOf(plan: ResolvedPlan, options: ViewsOptions, password: string): Promise<ViewsInput> {
  const { way, schema, readers, without } = options;
  const taken = takenTables(plan);
  const hidden = hiddenColumns(without, taken.keys().toArray());
  const names = [...taken.values()].map((those) => those[0]!.mapping.legacy);
  const twice = names.find(({ table }, index) => names.findIndex((one) => one.table === table) !== index);
  if (twice)
    throw new UsageError(
      `two schemas of the monolith have a table ${twice.table}`,
      'views of both would have one name',
    );
  const views = await withPool(plan.monolith.database, {}, async (pool) => {
    const made = [];
    for (const [name, those] of taken) {
      const { legacy } = those[0]!.mapping;
      const columns = await columnsOf(pool, legacy, 'monolith');
      const missing = [...(hidden.get(name) ?? [])].find((column) =>
        columns.every((one) => one.name !== column),
      );
      if (missing) throw new UsageError(`${name} has no column ${missing}`, 'correct --without');
      made.push(legacyView(those, columns, hidden.get(name) ?? new Set()));
    }
    return made;
  });
  const sources = mergedSources(views.flatMap((view) => view.sources));
  const services: ServiceSource[] = [];
  for (const service of new Set(sources.map((source) => source.service))) {
    const { url } = databaseOf(plan, service);
    services.push(
      await readService(
        service,
        url,
        sources.filter((source) => source.service === service),
      ),
    );
  }
  return { way, schema, readers, views, services, password };
}

async function readService(
  service: string,
  url: string,
  sources: ServiceSource['tables'] extends (infer T)[] ? Omit<T, 'types'>[] : never,
): Promise<ServiceSource> {
  const at = new URL(url);
  const tables = await withPool(url, {}, async (pool) => {
    const read = [];
    for (const source of sources) {
      const all = await columnsOf(pool, source, service);
      const types = all.filter(({ name }) => source.columns.includes(name));
      const strange = types.find(({ type, isBuiltIn }) => !isBuiltIn && type);
      if (strange)
        throw new UsageError(
          `${source.schema}.${source.table}.${strange.name} of ${service} is of type ${strange.type}, which only that database has`,
          'map it by an expression over a column of a built-in type, or leave it out by --without',
        );
      read.push({ ...source, types });
    }
    return read;
  });
  return {
    service,
    host: decodeURIComponent(at.searchParams.get('host') ?? at.hostname) || '127.0.0.1',
    port: at.port || '5432',
    database: decodeURIComponent(at.pathname.slice(1)),
    sslmode: at.searchParams.get('sslmode'),
    tables,
  };
}

async function columnsOf(
  pool: pg.Pool,
  { schema, table }: { schema: string; table: string },
  where: string,
): Promise<(Column & { isBuiltIn: boolean })[]> {
  const { rows } = await pool.query<Column & { isBuiltIn: boolean }>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type,
       coalesce(element.typnamespace, type.typnamespace) = 'pg_catalog'::regnamespace AS "isBuiltIn"
     FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
       JOIN pg_type type ON type.oid = atttypid LEFT JOIN pg_type element ON element.oid = nullif(type.typelem, 0)
     WHERE nspname = $1 AND relname = $2 AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [schema, table],
  );
  if (rows.length === 0)
    throw new UsageError(
      `${schema}.${table} is not in the database of ${where}`,
      'correct the plan, or start the service once',
    );
  return rows;
}

function hiddenColumns(without: readonly string[], tables: readonly string[]): Map<string, Set<string>> {
  const hidden = new Map<string, Set<string>>();
  for (const text of without) {
    const match = /^(?:([^.]+)\.)?([^.]+)\.([^.]+)$/.exec(text);
    const table = `${match?.[1] ?? 'public'}.${match?.[2]}`;
    if (!match || !tables.includes(table))
      throw new UsageError(
        `--without ${text} names no column of a table that a service has`,
        `as users.hashed_password, of: ${tables.join(', ')}`,
      );
    hidden.set(table, new Set([...(hidden.get(table) ?? []), match[3]!]));
  }
  return hidden;
}

function databaseOf(plan: ResolvedPlan, service: string): { where: string; url: string } {
  return { where: service, url: plan.services[service]!.database! };
}
