import { quoteIdent } from '@banyan/postgres';
import { wholeType } from '../catalog/catalog.ts';
import { movedSql, type Parent } from '../catalog/foreign-keys.ts';
import type { Output, TablePlan } from '../mapping/table-plan.ts';

/**
 * Statements that apply many rows at once. Every parameter is one array of texts per source column; the mapping's
 * expressions run over those columns in SQL. Rows keep the order of the arrays.
 */
export type Statement = { text: string /** Source columns, one array parameter each. */; params: Param[] };
type Param = { column: string /** From the old row instead of the new one. */; old?: boolean };

/** Inserts rows. With `skipExisting`, rows that violate any unique constraint are left out silently. */
export function insertStatement(plan: TablePlan, skipExisting: boolean): Statement {
  const rows = new Rows(plan);
  const columns = plan.inserts.map((output) => quoteIdent(output.column)).join(', ');
  const values = plan.inserts.map((output) => output.expr).join(', ');
  rows.use(plan.inserts);
  const conflict = skipExisting ? ` ON CONFLICT (${list(plan.targetKey)}) DO NOTHING` : '';
  return rows.statement(
    (from) =>
      `INSERT INTO ${plan.targetName} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${values} FROM ${from}${conflict}`,
  );
}

/**
 * Updates rows found by key (the old key with `rekey`). Only `outputs` are set. With `sameOwner`, rows whose owner
 * differs on the target do not match; nor, with `changedOnly`, rows that have these values already, nor those of which
 * `condition`, SQL over the target's columns, is not true.
 */
export function updateStatement(
  plan: TablePlan,
  outputs: Output[],
  options: {
    rekey?: boolean;
    sameOwner?: boolean;
    changedOnly?: boolean;
    condition?: string | undefined;
  } = {},
): Statement {
  const rows = new Rows(plan);
  const changes = outputs.filter((output) => options.rekey || !plan.targetKey.includes(output.column));
  rows.use(changes);
  const names = new Map<string, string>();
  const select: string[] = [];
  const name = (expr: string) => {
    if (!names.has(expr)) {
      names.set(expr, `banyan_${names.size}`);
      select.push(`${expr} AS ${names.get(expr)}`);
    }
    return `v.${names.get(expr)}`;
  };
  const match = plan.targetKey.map((column, index) => {
    const key = options.rekey ? rows.old(plan.sourceKey[index]!) : rows.column(plan.sourceKey[index]!);
    return `t.${quoteIdent(column)} = ${name(key)}`;
  });
  if (options.sameOwner && plan.owner) {
    const owner = name(rows.column(plan.owner.source));
    match.push(`t.${quoteIdent(plan.owner.target)} IS NOT DISTINCT FROM ${owner}`);
  }
  const sets = changes.map((output) => {
    const value = name(output.expr);
    const column = quoteIdent(output.column);
    if (!output.reverse) return `${column} = ${value}`;
    const same = Object.entries(output.reverse).map(
      ([source, expr]) => `NOT ${differsFromSource(plan, source, expr, name(rows.column(source)))}`,
    );
    return `${column} = CASE WHEN ${same.join(' AND ')} THEN t.${column} ELSE ${value} END`;
  });
  // As texts: not every type can be compared.
  const differs = changes.map(
    ({ column, expr }) => `t.${quoteIdent(column)}::text IS DISTINCT FROM ${name(expr)}::text`,
  );
  if (options.condition) match.push(options.condition);
  if (options.changedOnly) match.push(`(${differs.join(' OR ')})`);
  // Nothing to set still has to find the row, and to lock it as an update would.
  if (sets.length === 0)
    sets.push(...plan.targetKey.map((column) => `${quoteIdent(column)} = t.${quoteIdent(column)}`));
  return rows.statement(
    (from) =>
      `UPDATE ${plan.targetName} AS t SET ${sets.join(', ')} FROM (SELECT ${select.join(', ')} FROM ${from}) AS v WHERE ${match.join(' AND ')}`,
  );
}

/** Deletes rows found by key. `condition` is SQL over the target's columns. */
export function deleteStatement(plan: TablePlan, condition?: string): Statement {
  const rows = new Rows(plan);
  const { keys, match } = rows.byKey();
  const found = condition ? `${match} AND ${condition}` : match;
  return rows.statement((from) => `DELETE FROM ${plan.targetName} AS t USING ${keys(from)} WHERE ${found}`);
}

/** Where rows are while they exchange values. */
export const ASIDE = 'pg_temp.banyan_aside';

/** Moves rows found by key to `ASIDE`. `columns`: quoted, of those that can be written. */
export function moveAsideStatement(plan: TablePlan, columns: string): Statement {
  const rows = new Rows(plan);
  const { keys, match } = rows.byKey();
  return rows.statement(
    (from) =>
      `WITH moved AS (DELETE FROM ${plan.targetName} AS t USING ${keys(from)} WHERE ${match} RETURNING t.*) ` +
      `INSERT INTO ${ASIDE} SELECT ${columns} FROM moved`,
  );
}

/** The target's rows with the given keys, every column as text. */
export function selectStatement(plan: TablePlan): Statement {
  const rows = new Rows(plan);
  const { keys, match } = rows.byKey();
  const columns = [...plan.target.columns.keys()].map((column) => `t.${quoteIdent(column)}::text`);
  return rows.statement(
    (from) => `SELECT ${columns.join(', ')} FROM ${plan.targetName} AS t, ${keys(from)} WHERE ${match}`,
  );
}

/** Rows by the source's key, locked, with the text of each as a whole and the key by which it was asked for. */
export function imagesStatement(plan: TablePlan): Statement {
  const rows = new Rows(plan);
  const { keys, match } = rows.byKey();
  const key = plan.sourceKey.map((_, index) => `v.banyan_${index}::text`).join(', ');
  return rows.statement(
    (from) =>
      `SELECT t.*, t::text AS banyan_image, ARRAY[${key}] AS banyan_key FROM ${plan.targetName} AS t, ${keys(from)} WHERE ${match} FOR UPDATE OF t`,
  );
}

/** Counts rows in which a column that the target's side owns differs from what the source says of it. */
export function differingStatement(plan: TablePlan, computable: Output[]): Statement {
  const rows = new Rows(plan);
  const owned = computable.filter((output) => !plan.forwardOnly.includes(output));
  rows.use(owned);
  const select: string[] = [];
  const name = (expr: string) => {
    select.push(`${expr} AS banyan_${select.length}`);
    return `v.banyan_${select.length - 1}`;
  };
  const match = plan.targetKey.map(
    (column, index) => `t.${quoteIdent(column)} = ${name(rows.column(plan.sourceKey[index]!))}`,
  );
  const differs = owned.flatMap((output) =>
    output.reverse
      ? Object.entries(output.reverse).map(([source, expr]) =>
          differsFromSource(plan, source, expr, name(rows.column(source))),
        )
      : [differsFromTarget(plan, output.column, name(output.expr))],
  );
  return rows.statement(
    (from) =>
      `SELECT count(*) FROM ${plan.targetName} AS t, (SELECT ${select.join(', ')} FROM ${from}) AS v WHERE ${match.join(' AND ')} AND (${differs.join(' OR ') || 'false'})`,
  );
}

/**
 * Counts the values of a foreign key that lead nowhere, and locks the rows that the others lead to, as the foreign key's own
 * trigger does: whoever deletes one of them waits for us and then finds our rows. With `compare`, only of rows whose
 * value changes, found by key (the old one with `rekey`). Undefined if the rows do not say.
 */
export function missingParentsStatement(
  plan: TablePlan,
  parent: Parent,
  outputs: Output[],
  compare?: { rekey: boolean },
): Statement | undefined {
  const rows = new Rows(plan);
  const written = parent.columns.map((column) => outputs.find((output) => output.column === column));
  const known = written.filter((output) => output !== undefined);
  // What an expression may leave as it is says nothing of what the row will have.
  if (known.length === 0 || (compare && known.some((output) => output.reverse))) return undefined;
  if (!compare && known.length < written.length) return undefined;
  rows.use(known);
  const select = known.map(
    ({ column, expr }, at) => `(${expr})::${plan.target.columns.get(column)!.type} AS banyan_${at}`,
  );
  const values = parent.columns.map((column, at) =>
    written[at] ? `v.banyan_${known.indexOf(written[at])}` : `t.${quoteIdent(column)}`,
  );
  const where = [...values.map((value) => `${value} IS NOT NULL`), `NOT ${movedSql(parent)}`];
  let join = '';
  if (compare) {
    const match = plan.targetKey.map((column, at) => {
      const key = plan.sourceKey[at]!;
      select.push(`${compare.rekey ? rows.old(key) : rows.column(key)} AS banyan_key_${at}`);
      return `t.${quoteIdent(column)} = v.banyan_key_${at}`;
    });
    join = ` JOIN ${plan.targetName} AS t ON ${match.join(' AND ')}`;
    const changed = known.map(({ column }, at) => `t.${quoteIdent(column)} IS DISTINCT FROM v.banyan_${at}`);
    where.push(`(${changed.join(' OR ')})`);
  }
  const keys = values.map((_, at) => `a.k${at}`);
  const same = parent.referenced.map((column, at) => `p.${quoteIdent(column)} = ${keys[at]}`);
  return rows.statement(
    (from) =>
      `WITH asked AS (SELECT DISTINCT ${values.map((value, at) => `${value} AS k${at}`).join(', ')} ` +
      `FROM (SELECT ${select.join(', ')} FROM ${from}) AS v${join} WHERE ${where.join(' AND ')}), ` +
      `held AS (SELECT FROM asked AS a JOIN ${parent.from} AS p ON ${same.join(' AND ')} ORDER BY ${keys.join(', ')} FOR KEY SHARE OF p) ` +
      'SELECT (SELECT count(*) FROM asked) - (SELECT count(*) FROM held) AS count',
  );
}

/** Fails (22012, which is an anomaly) if what the statement counts is there: so it can go with the next one, and nobody waits for what it says. */
export function demandNone({ text, params }: Statement): Statement {
  return { text: `SELECT 1 / CASE WHEN found.count = 0 THEN 1 ELSE 0 END FROM (${text}) AS found`, params };
}

/** Does to rows found by key what the deletion of a parent does that sets columns. */
export function unsetStatement(plan: TablePlan, { action, sets }: Parent): Statement {
  const rows = new Rows(plan);
  const { keys, match } = rows.byKey();
  const value = action === 'default' ? 'DEFAULT' : 'NULL';
  const changes = sets.map((column) => `${quoteIdent(column)} = ${value}`);
  return rows.statement(
    (from) => `UPDATE ${plan.targetName} AS t SET ${changes.join(', ')} FROM ${keys(from)} WHERE ${match}`,
  );
}

/** Whether what the target's row says of a source column is another value. By its text, unless `=` says it. */
function differsFromSource(plan: TablePlan, source: string, expr: string, value: string): string {
  const type = plan.casts.get(source);
  if (plan.source.columns.get(source)!.exact) return `((${expr}) IS DISTINCT FROM ${value})`;
  return `((${expr})::${type}::text IS DISTINCT FROM ${value}::text)`;
}

function differsFromTarget(plan: TablePlan, name: string, value: string): string {
  const column = plan.target.columns.get(name)!;
  const stored = `t.${quoteIdent(name)}`;
  if (column.exact) return `(${stored} IS DISTINCT FROM ${value})`;
  return `(${stored}::text IS DISTINCT FROM (${value})::${wholeType(column)}::text)`;
}

/** The source columns a statement needs, as a subquery that turns array parameters into typed rows. */
export class Rows {
  readonly #plan: TablePlan;
  readonly #params: Param[] = [];

  constructor(plan: TablePlan) {
    this.#plan = plan;
  }

  use(outputs: Output[]): void {
    for (const input of new Set(outputs.flatMap((output) => output.inputs))) this.column(input);
  }

  column(column: string): string {
    if (!this.#params.some((param) => param.column === column && !param.old)) this.#params.push({ column });
    return quoteIdent(column);
  }

  old(column: string): string {
    this.#params.push({ column, old: true });
    return quoteIdent(`banyan_old_${column}`);
  }

  /** How rows of the target, as `t`, are found by the keys that are given: as a table `v` with the columns `banyan_0` and so on, by a condition. */
  byKey(): { keys(from: string): string; match: string } {
    const { sourceKey, targetKey } = this.#plan;
    const select = sourceKey.map((column, index) => `${this.column(column)} AS banyan_${index}`);
    const match = targetKey.map((column, index) => `t.${quoteIdent(column)} = v.banyan_${index}`);
    return {
      keys: (from) => `(SELECT ${select.join(', ')} FROM ${from}) AS v`,
      match: match.join(' AND '),
    };
  }

  statement(write: (from: string) => string): Statement {
    if (this.#params.length === 0) this.column(this.#plan.sourceKey[0]!);
    const columns = this.#params.map((param, index) => {
      const name = quoteIdent(param.old ? `banyan_old_${param.column}` : param.column);
      return `unnest($${index + 1}::text[])::${this.#plan.casts.get(param.column)} AS ${name}`;
    });
    return { text: write(`(SELECT ${columns.join(', ')}) AS l`), params: this.#params };
  }
}

function list(columns: string[]): string {
  return columns.map(quoteIdent).join(', ');
}
