import { quoteIdent, quoteLiteral, quoteTable } from '@banyan/postgres/quote';
import type { Column, LegacyView, SourceTable } from './legacy-view.ts';

/** As whom the monolith's database reads those of services: one role that may select what the views show, and nothing else. */
const ROLE = 'banyan_views';
/** Where what the views read lies; readers have no right to it. */
const INNER = 'banyan_views';
/** Stands for the password until it is known: a variable of psql. */
export const PASSWORD_VARIABLE = `:'${ROLE}_password'`;

export type Way = 'postgres_fdw' | 'dblink';

/** A service's database as views meet it. */
export type ServiceSource = {
  service: string;
  /** Where it is. */
  host: string;
  port: string;
  database: string;
  sslmode: string | null;
  tables: (SourceTable & { types: readonly Column[] })[];
};

export type ViewsInput = {
  way: Way;
  /** Where the views are. */
  schema: string;
  /** Roles that may read them. */
  readers: readonly string[];
  views: readonly LegacyView[];
  services: readonly ServiceSource[];
  /** SQL of the password. */
  password: string;
};

/** For a service's database. Again is no error. */
export function serviceSql({ tables }: ServiceSource, password: string): string[] {
  return [
    `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${ROLE}') THEN CREATE ROLE ${ROLE}; END IF; END $$`,
    `ALTER ROLE ${ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 20 PASSWORD ${password}`,
    `ALTER ROLE ${ROLE} SET default_transaction_read_only = on`,
    // What it was granted here before, and views do not show any more.
    `DROP OWNED BY ${ROLE}`,
    ...[...new Set(tables.map(({ schema }) => schema))].map(
      (schema) => `GRANT USAGE ON SCHEMA ${quoteIdent(schema)} TO ${ROLE}`,
    ),
    ...tables.map(
      ({ schema, table, columns }) =>
        `GRANT SELECT (${columns.map(quoteIdent).join(', ')}) ON ${quoteTable(schema, table)} TO ${ROLE}`,
    ),
  ];
}

/** For the monolith's database: what is there of an earlier time is replaced. */
export function monolithSql(input: ViewsInput): string[] {
  const { way, schema, readers, views, services, password } = input;
  // A view by dblink asks as whoever reads it, one over a foreign table as its owner.
  const asking = ['CURRENT_USER', ...(way === 'dblink' ? readers.map(quoteIdent) : [])];
  return [
    ...dropSql(input),
    `CREATE EXTENSION IF NOT EXISTS ${way}`,
    `CREATE SCHEMA ${INNER}`,
    `CREATE SCHEMA IF NOT EXISTS ${quoteIdent(schema)}`,
    ...services.flatMap((service) => [
      `CREATE SERVER ${serverOf(service)} FOREIGN DATA WRAPPER ${way === 'dblink' ? 'dblink_fdw' : way} OPTIONS (${optionsOf(service, way)})`,
      ...asking.map(
        (role) =>
          `CREATE USER MAPPING FOR ${role} SERVER ${serverOf(service)} OPTIONS (user '${ROLE}', password ${password})`,
      ),
      ...(way === 'dblink' ? readers : []).map(
        (role) => `GRANT USAGE ON FOREIGN SERVER ${serverOf(service)} TO ${quoteIdent(role)}`,
      ),
      ...(way === 'dblink' ? [] : service.tables.map((table) => foreignTableSql(service, table))),
    ]),
    ...views.map((view) => {
      const from = (source: SourceTable) => fromSql(way, services, source);
      return `CREATE VIEW ${quoteTable(schema, view.table)} AS\n${view.query(from)}`;
    }),
    ...readers.flatMap((role) => [
      `GRANT USAGE ON SCHEMA ${quoteIdent(schema)} TO ${quoteIdent(role)}`,
      ...views.map(({ table }) => `GRANT SELECT ON ${quoteTable(schema, table)} TO ${quoteIdent(role)}`),
    ]),
  ];
}

/** For the monolith's database. What is not there is no error; what others made on top of the views is, and keeps them. */
export function dropSql({
  schema,
  views,
  services,
}: Pick<ViewsInput, 'schema' | 'views' | 'services'>): string[] {
  return [
    ...views.map(({ table }) => `DROP VIEW IF EXISTS ${quoteTable(schema, table)}`),
    `DROP SCHEMA IF EXISTS ${INNER} CASCADE`,
    ...services.map((service) => `DROP SERVER IF EXISTS ${serverOf(service)} CASCADE`),
  ];
}

/** For a service's database: the role stays where other databases of the server still grant it something. */
export function dropRoleSql(): string[] {
  return [
    `DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '${ROLE}') THEN DROP OWNED BY ${ROLE}; END IF; END $$`,
    `DO $$ BEGIN DROP ROLE IF EXISTS ${ROLE}; EXCEPTION WHEN dependent_objects_still_exist THEN NULL; END $$`,
  ];
}

function serverOf({ service }: { service: string }): string {
  return quoteIdent(`banyan_views_${service}`);
}

function optionsOf({ host, port, database, sslmode }: ServiceSource, way: Way): string {
  const options: Record<string, string> = { host, port, dbname: database };
  if (sslmode !== null) options.sslmode = sslmode;
  if (way === 'postgres_fdw') Object.assign(options, { updatable: 'false', fetch_size: '1000' });
  return Object.entries(options)
    .map(([name, value]) => `${name} ${quoteLiteral(value)}`)
    .join(', ');
}

function foreignTableSql(
  service: ServiceSource,
  { schema, table, types }: ServiceSource['tables'][number],
): string {
  const columns = types.map(({ name, type }) => `${quoteIdent(name)} ${type}`);
  return `CREATE FOREIGN TABLE ${foreignName(service.service, schema, table)} (${columns.join(', ')}) SERVER ${serverOf(service)} OPTIONS (schema_name ${quoteLiteral(schema)}, table_name ${quoteLiteral(table)})`;
}

function foreignName(service: string, schema: string, table: string): string {
  return quoteTable(INNER, `${service}.${schema}.${table}`);
}

function fromSql(
  way: Way,
  services: readonly ServiceSource[],
  { service, schema, table }: SourceTable,
): string {
  if (way === 'postgres_fdw') return foreignName(service, schema, table);
  const source = services.find((one) => one.service === service)!;
  const { types } = source.tables.find((one) => one.schema === schema && one.table === table)!;
  const query = `SELECT ${types.map(({ name }) => quoteIdent(name)).join(', ')} FROM ${quoteTable(schema, table)}`;
  const columns = types.map(({ name, type }) => `${quoteIdent(name)} ${type}`);
  return `dblink(${quoteLiteral(`banyan_views_${service}`)}, ${quoteLiteral(query)}) AS remote (${columns.join(', ')})`;
}
