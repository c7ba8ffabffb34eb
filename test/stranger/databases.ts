import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';

export type Database = { owner: string; banyan: string; admin: string };
export type Databases = Record<'shop' | 'comments' | 'control', Database>;

/** Three databases with owners of their own, and a role for Banyan that may do nothing yet but log in. Each call makes others. */
export async function makeDatabases(folder: string): Promise<Databases> {
  const server = await testServer();
  const url = {
    shop: await server.database('shop'),
    comments: await server.database('comments'),
    control: await server.database('control'),
  };
  const banyan = await server.role('banyan');
  const owners = {
    shop: await server.role('shop_owner'),
    comments: await server.role('comments_owner'),
    control: banyan,
  };
  const of = (name: keyof typeof url): Database => ({
    admin: url[name],
    owner: owners[name].url(url[name]),
    banyan: banyan.url(url[name]),
  });
  const databases = { shop: of('shop'), comments: of('comments'), control: of('control') };
  for (const { admin, owner } of Object.values(databases)) {
    const [name, role] = [new URL(admin).pathname.slice(1), new URL(owner).username];
    await execute(
      admin,
      `ALTER DATABASE ${name} OWNER TO ${role}; REVOKE CREATE ON SCHEMA public FROM PUBLIC; ALTER SCHEMA public OWNER TO ${role}`,
    );
  }
  await execute(databases.shop.owner, readFileSync(join(folder, 'monolith.sql'), 'utf8'));
  await execute(databases.comments.owner, readFileSync(join(folder, 'service.sql'), 'utf8'));
  return databases;
}

/** What Banyan could have put into the databases, as their catalogs name it. */
export async function thingsIn(databases: Databases): Promise<Record<string, string[]>> {
  return await inEach(
    databases,
    `SELECT 'schema ' || nspname AS name FROM pg_namespace WHERE nspname !~ '^pg_'
     UNION ALL SELECT 'slot ' || slot_name FROM pg_replication_slots WHERE database = current_database()
     UNION ALL SELECT 'origin ' || roname FROM pg_replication_origin
     UNION ALL SELECT 'publication ' || pubname FROM pg_publication
     UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1`,
  );
}

/** Who is connected to the databases, by the names of applications. */
export async function sessionsIn(databases: Databases): Promise<Record<string, string[]>> {
  return await inEach(
    databases,
    `SELECT application_name AS name FROM pg_stat_activity
     WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY 1`,
  );
}

async function inEach(databases: Databases, sql: string): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const [name, { admin }] of Object.entries(databases))
    found[name] = (await ask<{ name: string }>(admin, sql)).map((row) => row.name);
  return found;
}

export async function countOf(url: string, table: string): Promise<number> {
  return (await ask<{ count: number }>(url, `SELECT count(*)::int AS count FROM ${table}`))[0]!.count;
}

async function ask<Row>(url: string, sql: string): Promise<Row[]> {
  const pool = createPool(url, { max: 1 });
  return (await pool.query(sql).finally(() => pool.end())).rows;
}

export async function execute(url: string, sql: string): Promise<void> {
  await ask(url, sql);
}

export type Script = { where: string; sql: string };

/** Runs what `banyan check --sql` prints, each script in its database, as the one who administers it. */
export async function runScripts(scripts: Script[], databases: Databases): Promise<void> {
  const byPlace: Record<string, Database> = {
    'monolith.database': databases.shop,
    'control.database': databases.control,
    'services.comments.database': databases.comments,
  };
  assert.deepEqual(scripts.map(({ where }) => where).sort(), Object.keys(byPlace).sort());
  for (const { where, sql } of scripts) await execute(byPlace[where]!.admin, sql);
}
