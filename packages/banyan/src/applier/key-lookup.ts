import type { KeyQuestion, LookedUpKey } from '@banyan/gateway';
import type { ResolvedPlan } from '@banyan/plan';
import { createPool, quoteIdent, quoteTable } from '@banyan/postgres';
import {
  legacyRowsSql,
  type OwnerLookup,
  ownerLookup,
  ownerSql,
  type TableMapping,
} from '@banyan/replication';
import type pg from 'pg';

export type KeyLookups = {
  /** Rejects what no route of the plan asks for, and while a database is away. */
  ask(question: KeyQuestion): Promise<LookedUpKey>;
  close(): Promise<void>;
};

/** Connections to each database that is asked; opened when first needed. */
const CONNECTIONS = 2;
const STATEMENT_MS = 1_000;
/** The value is none of the column's type, so no row has it. */
const NO_SUCH_VALUE = new Set(['22P02', '22003', '22007', '22008', '22021']);
const UNDEFINED_TABLE = '42P01';

/**
 * Whose a row is that a path names: the mapped table itself is asked, on both sides, so that a row which was made a moment ago
 * on either is found, and of a row that belongs to a row the way up to the one whose owner it knows. If the two name different
 * owners, one of them has changed and not arrived yet: that is unclear.
 */
export function keyLookups(plan: Pick<ResolvedPlan, 'monolith' | 'services'>): KeyLookups {
  const pools = new Map<string, pg.Pool>();
  const poolOf = (url: string): pg.Pool => {
    let pool = pools.get(url);
    if (pool === undefined) {
      pool = createPool(url, {
        applicationName: 'banyan-lookup',
        max: CONNECTIONS,
        statementTimeoutMs: STATEMENT_MS,
      });
      pools.set(url, pool);
    }
    return pool;
  };
  return {
    async ask(question) {
      const service = Object.hasOwn(plan.services, question.service)
        ? plan.services[question.service]
        : undefined;
      const mapping = service?.tables.find(
        ({ legacy }) => `${legacy.schema}.${legacy.table}` === question.table,
      );
      const columns = mapping && columnsOf(mapping, service!.tables, question);
      if (!service?.database || !mapping || !columns || !isStated(service.routes, question))
        throw new Error(`no route of the plan looks up ${question.table} for '${question.service}'`);
      const found = await Promise.all([
        owners(poolOf(plan.monolith.database), mapping.legacy, columns.legacy, question.value),
        owners(poolOf(service.database), mapping.service, columns.service, question.value),
      ]);
      const [key, another] = [...new Set(found.flat())];
      if (another !== undefined) return { state: 'unclear' };
      return key === undefined ? { state: 'none' } : { state: 'found', key };
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
    },
  };
}

/** `only`: SQL that is true for the rows that may be found. */
type Columns = { owner: OwnerLookup; matches: string; only: string };

/** How each side tells whose a row is; null when the rows are not owned by this column, or it is not mapped one to one. */
function columnsOf(
  mapping: TableMapping,
  tables: readonly TableMapping[],
  { column, matches }: KeyQuestion,
): { legacy: Columns; service: Columns } | null {
  const { legacy, service, columns } = mapping;
  const owner = {
    legacy: ownerLookup(mapping, tables, 'legacy'),
    service: ownerLookup(mapping, tables, 'service'),
  };
  if (owner.legacy?.column !== column) return null;
  const at = legacy.key.indexOf(matches);
  const mapped = columns.find(
    ({ legacyColumns, serviceColumns }) =>
      legacyColumns.length === 1 && legacyColumns[0] === matches && serviceColumns.length === 1,
  );
  const onService = at >= 0 ? service.key[at] : mapped?.serviceColumns[0];
  if (onService === undefined) return null;
  return {
    legacy: { owner: owner.legacy, matches, only: legacyRowsSql(mapping, 't.') ?? 'true' },
    service: { owner: owner.service!, matches: onService, only: 'true' },
  };
}

function isStated(routes: ResolvedPlan['services'][string]['routes'], question: KeyQuestion): boolean {
  return routes.some(
    ({ key }) =>
      key.from === 'lookup' &&
      key.table === question.table &&
      key.column === question.column &&
      key.matches === question.matches,
  );
}

async function owners(
  pool: pg.Pool,
  { schema, table }: { schema: string; table: string },
  { owner, matches, only }: Columns,
  value: string,
): Promise<string[]> {
  const key = ownerSql(owner, 't', { ofKey: (column) => `${column}::text`, orphan: 'NULL' });
  try {
    const { rows } = await pool.query(
      `SELECT DISTINCT key FROM (SELECT ${key} AS key FROM ${quoteTable(schema, table)} AS t
        WHERE t.${quoteIdent(matches)} = $1 AND ${only}) AS found WHERE key IS NOT NULL LIMIT 2`,
      [value],
    );
    return rows.map((row) => row.key as string);
  } catch (error) {
    const { code = '' } = error as { code?: string };
    // A service that has not been started yet has no tables.
    if (code === UNDEFINED_TABLE || NO_SUCH_VALUE.has(code)) return [];
    throw error;
  }
}
