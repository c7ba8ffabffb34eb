import { createPool, type Db } from '@banyan/postgres';
import { NewServiceError } from '../new-service-error.ts';
import { sampleOf } from './samples.ts';
import { type Column, nameOf, type TakenTable } from './table.ts';

/** How long the monolith's database may take to answer, ms. */
const ANSWER_MS = 5_000;

/** Reads from the monolith's catalog what a service that takes these tables over has to know. Changes nothing. Throws `NewServiceError`. */
export async function readTables(
  database: string,
  names: readonly { schema: string; name: string }[],
): Promise<TakenTable[]> {
  const options = { max: 1, applicationName: 'banyan-new', connectTimeoutMs: ANSWER_MS };
  const pool = createPool(database, { ...options, statementTimeoutMs: ANSWER_MS });
  try {
    const tables: TakenTable[] = [];
    for (const name of names) tables.push(await readTable(pool, name));
    return tables;
  } catch (cause) {
    if (cause instanceof NewServiceError) throw cause;
    const { message, code } = cause as NodeJS.ErrnoException;
    throw new NewServiceError(
      `the monolith's database does not tell what the tables have: ${message || code}`,
      'start it, correct monolith.database in the plan, or have a template written with --offline',
    );
  } finally {
    await pool.end();
  }
}

type Found = Omit<TakenTable, 'takesSamples' | 'columns'> & {
  columns: (Column & { kind: string; ofPostgres: boolean })[];
};

async function readTable(db: Db, { schema, name }: { schema: string; name: string }): Promise<TakenTable> {
  const { rows } = await db.query<Found>(TABLE, [schema, name]);
  const found = rows[0];
  if (!found)
    throw new NewServiceError(
      `the monolith has no table ${nameOf({ schema, name })}`,
      'correct its name after --takes; one of another schema is schema.table',
    );
  refuseWhatIsByHand(found);
  const table: TakenTable = {
    ...found,
    columns: found.columns.map((column) => ({
      ...column,
      labels: column.labels ?? labelsIn(found.checks, column.name),
    })),
    takesSamples: true,
  };
  return { ...table, takesSamples: await takesSamples(db, table) };
}

const A_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** What no command can write as well as a person. */
function refuseWhatIsByHand(table: Found): void {
  const where = nameOf(table);
  const refuse = (why: string) => {
    throw new NewServiceError(
      `${where} cannot be taken over by this command: ${why}`,
      'leave it out after --takes, and write its mapping, its schema and its store by hand (docs/guide.md)',
    );
  };
  if (table.key.length === 0) refuse('it has no primary key, by which its rows could be told apart');
  for (const { name, type, kind, ofPostgres } of table.columns) {
    if (!A_NAME.test(name)) refuse(`its column "${name}" has a name that code cannot have`);
    if (!ofPostgres && kind !== 'e')
      refuse(`its column ${name} is of the type ${type}, which the service's database may not have`);
  }
  if (!A_NAME.test(table.name)) refuse('its name is none that code can have');
}

/** The values of a check such as `status IN ('open', 'closed')`, which PostgreSQL writes as `= ANY (ARRAY[...])`. */
function labelsIn(checks: readonly string[], column: string): string[] | null {
  for (const check of checks) {
    const [, name, list] = /^CHECK \(+"?(\w+)"?\)?(?:::text)? = ANY \(+ARRAY\[(.*?)\]/.exec(check) ?? [];
    if (name !== column) continue;
    const labels = [...list!.matchAll(/'((?:[^']|'')*)'/g)].map(([, label]) => label!.replaceAll("''", "'"));
    if (labels.length > 0) return labels;
  }
  return null;
}

/** Asks the monolith whether its checks would take the rows of the tests; nothing is written. */
async function takesSamples(db: Db, table: TakenTable): Promise<boolean> {
  if (table.checks.length === 0) return true;
  const conditions = table.checks.map(
    (check) =>
      `(${check.replace(/^CHECK /, '').replace(/ (NOT VALID|NOT ENFORCED|NO INHERIT)/g, '')}) IS NOT FALSE`,
  );
  const sql = `SELECT bool_and(${conditions.join(' AND ')}) AS takes FROM jsonb_populate_recordset(NULL::${table.sql}, $1)`;
  const { rows } = await db.query(sql, [JSON.stringify([1, 2, 3].map((n) => sampleOf(table, n)))]);
  return rows[0].takes;
}

/** What a constraint makes of indexes comes with the constraint. */
const TABLE = `
  SELECT n.nspname AS schema, c.relname AS name,
    CASE n.nspname WHEN 'public' THEN quote_ident(c.relname) ELSE format('%I.%I', n.nspname, c.relname) END AS sql,
    (SELECT json_agg(json_build_object(
        'name', a.attname, 'sql', quote_ident(a.attname), 'type', format_type(a.atttypid, a.atttypmod),
        'base', coalesce(e.typname, t.typname), 'isArray', e.oid IS NOT NULL,
        'length', CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4 THEN a.atttypmod - 4 END,
        'notNull', a.attnotnull,
        'defaultSql', CASE WHEN a.attgenerated = '' AND NOT s.counted THEN pg_get_expr(d.adbin, d.adrelid) END,
        'counted', s.counted,
        'generated', CASE a.attgenerated WHEN '' THEN NULL ELSE format('(%s) %s', pg_get_expr(d.adbin, d.adrelid),
          CASE a.attgenerated WHEN 's' THEN 'STORED' ELSE 'VIRTUAL' END) END,
        'labels', (SELECT json_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = coalesce(e.oid, t.oid)),
        'isEnum', coalesce(e.typtype, t.typtype) = 'e',
        'kind', coalesce(e.typtype, t.typtype),
        'ofPostgres', coalesce(e.typnamespace, t.typnamespace) = 'pg_catalog'::regnamespace
      ) ORDER BY a.attnum)
     FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
     LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
     LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     CROSS JOIN LATERAL (SELECT a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false) AS counted) s
     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
    coalesce((SELECT json_agg(a.attname ORDER BY k.n) FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, n)
       JOIN pg_attribute a ON a.attnum = k.attnum
       WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid AND k.n <= i.indnkeyatts), '[]') AS key,
    ${definitions('u')} AS uniques,
    ${definitions('c')} AS checks,
    coalesce((SELECT json_agg(pg_get_indexdef(i.indexrelid) ORDER BY i.indexrelid) FROM pg_index i
       WHERE i.indrelid = c.oid AND i.indisvalid
         AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = c.oid)), '[]') AS indexes,
    coalesce((SELECT json_agg(json_build_object('column', a.attname, 'table', pn.nspname || '.' || p.relname, 'referenced', b.attname)
         ORDER BY k.conname)
       FROM pg_constraint k JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
       JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
       JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1]
       WHERE k.conrelid = c.oid AND k.contype = 'f' AND cardinality(k.conkey) = 1), '[]') AS "references"
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')`;

function definitions(kind: 'u' | 'c'): string {
  return `coalesce((SELECT json_agg(pg_get_constraintdef(k.oid) ORDER BY k.conname) FROM pg_constraint k
       WHERE k.conrelid = c.oid AND k.contype = '${kind}'), '[]')`;
}
