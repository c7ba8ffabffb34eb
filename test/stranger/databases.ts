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

export async function execute(url: string, sql: string): Promise<void> {
  const pool = createPool(url, { max: 1 });
  await pool.query(sql).finally(() => pool.end());
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
