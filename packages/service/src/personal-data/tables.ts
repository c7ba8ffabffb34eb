import type { Queryable } from '@banyan/postgres';

/** What a table has about people, and what becomes of it when one of them is erased. Its SQL is ours; `$1` is whom. */
export type PersonalTable = {
  table: string;
  /** Which rows are about somebody, e.g. `user_id = $1`. */
  of: string;
  /** What of a row is in an archive: a list of columns, by default all. Null: nothing, since it tells nobody anything (secrets, marks). */
  archived?: string | null;
  /** Its rows are deleted, or this is set in those that `still` have something. Left out: they stay as they are. */
  erased?: 'delete' | { set: string; still: string };
  /** Why rows stay, or what stays of them. */
  kept?: string;
  /** Links bring its rows, as long as there are links: then whoever owns them erases them, and this is waited for. */
  brought?: true;
};

/** All that a service has about people: each of its tables is in one of the two lists. */
export type PersonalTables = {
  /** In the order in which they are erased. */
  tables: readonly PersonalTable[];
  /** Tables that have nothing about anybody. */
  impersonal: readonly string[];
  /** What comes first in the transaction, e.g. that it stays known that somebody is gone, so that nothing that comes late makes them known again. */
  first?: (tx: Queryable, person: string, about: { isBrought: boolean }) => Promise<void>;
};

type Counts = Record<string, number>;

/** Erases what is to be erased of somebody, and says how many rows that were, by table; and how many others have yet to erase. */
export async function eraseTables(
  tx: Queryable,
  { tables, first }: Pick<PersonalTables, 'tables' | 'first'>,
  { person, isBrought }: { person: string; isBrought: boolean },
): Promise<{ erased: Counts; awaited: Counts }> {
  await first?.(tx, person, { isBrought });
  const [erased, awaited]: Counts[] = [{}, {}];
  for (const one of tables) {
    if (!one.erased) continue;
    const isOthers = isBrought && one.brought;
    const { table } = one;
    if (isOthers) add(awaited!, table, await count(tx, table, leftOf(one), person));
    else add(erased!, table, (await tx.query(statementOf(one), [person])).rowCount ?? 0);
  }
  return { erased: erased!, awaited: awaited! };
}

/** How many rows stay of somebody, by table, and why. */
export async function keptOf(
  db: Queryable,
  tables: readonly PersonalTable[],
  person: string,
): Promise<Record<string, { rows: number; why: string }>> {
  const kept: Record<string, { rows: number; why: string }> = {};
  for (const { table, of, kept: why } of tables) {
    if (why === undefined) continue;
    const rows = await count(db, table, of, person);
    if (rows > 0) kept[table] = { rows, why };
  }
  return kept;
}

/** What is there about somebody, by table. */
export async function archiveOf(
  db: Queryable,
  tables: readonly PersonalTable[],
  person: string,
): Promise<Record<string, unknown[]>> {
  const archive: Record<string, unknown[]> = {};
  for (const { table, of, archived = '*' } of tables) {
    if (archived === null) continue;
    const { rows } = await db.query<{ row: unknown }>(
      `SELECT to_jsonb(one) AS row FROM (SELECT ${archived} FROM ${table} WHERE ${of}) AS one`,
      [person],
    );
    archive[table] = [...(archive[table] ?? []), ...rows.map(({ row }) => row)];
  }
  return archive;
}

/** Tables of the service's schema of which nothing is said: for its test, so that none is added and forgotten. */
export async function unsaidOf(db: Queryable, { tables, impersonal }: PersonalTables): Promise<string[]> {
  const said = [...tables.map(({ table }) => table), ...impersonal];
  const { rows } = await db.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() AND tablename <> ALL ($1) ORDER BY 1`,
    [said],
  );
  return rows.map(({ name }) => name);
}

function statementOf({ table, of, erased }: PersonalTable): string {
  if (erased === 'delete') return `DELETE FROM ${table} WHERE ${of}`;
  return `UPDATE ${table} SET ${erased!.set} WHERE (${of}) AND (${erased!.still})`;
}

function leftOf({ of, erased }: PersonalTable): string {
  return typeof erased === 'object' ? `(${of}) AND (${erased.still})` : of;
}

async function count(db: Queryable, table: string, where: string, person: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM ${table} WHERE ${where}`,
    [person],
  );
  return rows[0]!.count;
}

function add(counts: Counts, table: string, rows: number): void {
  counts[table] = (counts[table] ?? 0) + rows;
}
