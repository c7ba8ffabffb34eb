import type pg from 'pg';

/**
 * What the package keeps in the databases it works on. `links` and `ranges` live on a link's target, `guards` and `id_blocks`
 * on the monolith, `shares` on the service; all are small.
 */
const SQL = `
CREATE SCHEMA IF NOT EXISTS banyan;
CREATE TABLE IF NOT EXISTS banyan.links (
  link text PRIMARY KEY,
  source_system text NOT NULL,
  source_database text NOT NULL,
  applied_lsn pg_lsn NOT NULL,
  copy_state text NOT NULL CHECK (copy_state IN ('none', 'running', 'done')),
  window_end pg_lsn,
  prepared_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE banyan.links ADD COLUMN IF NOT EXISTS shares jsonb NOT NULL DEFAULT '[]';
ALTER TABLE banyan.links ADD COLUMN IF NOT EXISTS mark pg_lsn;
ALTER TABLE banyan.links ADD COLUMN IF NOT EXISTS shapes jsonb;
ALTER TABLE banyan.links ADD COLUMN IF NOT EXISTS missed_since timestamptz;
ALTER TABLE banyan.links DROP COLUMN IF EXISTS columns;
CREATE TABLE IF NOT EXISTS banyan.written (
  link text NOT NULL,
  table_name text NOT NULL,
  PRIMARY KEY (link, table_name)
);
CREATE TABLE IF NOT EXISTS banyan.ranges (
  link text NOT NULL,
  table_name text NOT NULL,
  number integer NOT NULL,
  lower_key jsonb,
  upper_key jsonb,
  merge boolean NOT NULL,
  rows bigint,
  done_at timestamptz,
  PRIMARY KEY (link, table_name, number)
);
ALTER TABLE banyan.ranges ADD COLUMN IF NOT EXISTS key_order text;
CREATE TABLE IF NOT EXISTS banyan.conflicts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  link text NOT NULL,
  kind text NOT NULL,
  table_name text NOT NULL,
  key jsonb NOT NULL,
  source_row jsonb,
  target_row jsonb,
  winner text NOT NULL CHECK (winner IN ('monolith', 'service')),
  source_lsn pg_lsn NOT NULL,
  detail text
);
CREATE TABLE IF NOT EXISTS banyan.repairs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  link text NOT NULL,
  table_name text NOT NULL,
  key jsonb NOT NULL,
  owner text NOT NULL CHECK (owner IN ('monolith', 'service')),
  after_lsn pg_lsn NOT NULL DEFAULT '0/0'
);
ALTER TABLE banyan.repairs ADD COLUMN IF NOT EXISTS carried text[];
ALTER TABLE banyan.repairs ADD COLUMN IF NOT EXISTS share integer;
CREATE TABLE IF NOT EXISTS banyan.tickets (
  ticket text PRIMARY KEY,
  link text NOT NULL,
  issued_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS banyan.id_blocks (
  table_name text NOT NULL,
  service text NOT NULL,
  block integer NOT NULL,
  PRIMARY KEY (table_name, service),
  UNIQUE (table_name, block)
);
CREATE TABLE IF NOT EXISTS banyan.guards (
  service text PRIMARY KEY,
  share integer NOT NULL CHECK (share BETWEEN 0 AND 10000)
);
ALTER TABLE banyan.guards ADD COLUMN IF NOT EXISTS seal_inner bytea;
ALTER TABLE banyan.guards ADD COLUMN IF NOT EXISTS seal_outer bytea;
CREATE TABLE IF NOT EXISTS banyan.shares (
  service text PRIMARY KEY,
  share integer CHECK (share BETWEEN 0 AND 10000)
);
CREATE TABLE IF NOT EXISTS banyan.mark (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  system text NOT NULL,
  control text NOT NULL,
  since timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE banyan.mark ADD COLUMN IF NOT EXISTS version bigint NOT NULL DEFAULT 0;`;

/** Creates what is missing of the `banyan` schema. Safe to run from several processes at once. */
export async function ensureBanyanSchema(db: Pick<pg.Pool, 'query'>): Promise<void> {
  if (await isComplete(db)) return;
  await db.query(`BEGIN; ${LOCK} ${SQL} COMMIT`);
}

/** The same in a transaction of the caller's. */
export async function createBanyanSchema(client: pg.ClientBase): Promise<void> {
  if (!(await isComplete(client))) await client.query(`${LOCK} ${SQL}`);
}

const LOCK = `SELECT pg_advisory_xact_lock(hashtextextended('banyan schema', 0));`;

async function isComplete(db: Pick<pg.ClientBase, 'query'>): Promise<boolean> {
  const owner = await schemaOwner(db);
  if (owner && !owner.ours)
    throw new Error(
      `The schema banyan belongs to the role ${owner.name}, not to Banyan's. Give it to Banyan's role.`,
    );
  // The newest of what an earlier version may not have made.
  const { rows } =
    await db.query(`SELECT to_regclass('banyan.id_blocks') IS NOT NULL AND to_regclass('banyan.shares') IS NOT NULL AND EXISTS (SELECT FROM pg_attribute
       WHERE (attrelid, attname) IN ((to_regclass('banyan.ranges'), 'key_order'), (to_regclass('banyan.guards'), 'seal_outer'),
         (to_regclass('banyan.links'), 'missed_since')) HAVING count(*) = 3) AS there`);
  return rows[0].there;
}

/** Whose schema `banyan` is. Somebody else's is not used: its tables could run his code with our rights. */
export async function schemaOwner(
  db: Pick<pg.ClientBase, 'query'>,
): Promise<{ name: string; ours: boolean } | undefined> {
  const { rows } = await db.query(
    `SELECT r.rolname AS name, r.rolname = current_user OR r.rolsuper AS ours
     FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner WHERE n.nspname = 'banyan'`,
  );
  return rows[0];
}
