import { quoteIdent, quoteLiteral } from '@banyan/postgres';
import type { TablePlan } from '../mapping/table-plan.ts';
import { Rows, type Statement } from './apply-sql.ts';

/** Prefix of the message by which a reverse link tells the forward one of forward-only columns of rows that it has inserted. */
export const ANNOUNCE_PREFIX = 'banyan-told';

/**
 * Writes into the target's log what it has of rows found by key: of their forward-only columns. The log's order makes it
 * right: whatever the monolith writes of them afterwards comes after it.
 */
export function announceStatement(plan: TablePlan): Statement {
  const rows = new Rows(plan);
  const { keys, match } = rows.byKey();
  // Keys as the stream writes them, which `char(n)::text` for one is not.
  const key = plan.targetKey.map(
    (column) => `${quoteLiteral(column)}, format('%s', t.${quoteIdent(column)})`,
  );
  const values = plan.announces.map((column) => `${quoteLiteral(column)}, t.${quoteIdent(column)}::text`);
  const message = [
    `'table', ${quoteLiteral(`${plan.target.schema}.${plan.target.name}`)}`,
    `'rows', json_agg(json_build_object(${[...key, ...values].join(', ')}))`,
  ];
  return rows.statement(
    (from) =>
      `SELECT pg_logical_emit_message(true, ${quoteLiteral(ANNOUNCE_PREFIX)}, json_build_object(${message.join(', ')})::text) ` +
      `FROM ${plan.targetName} AS t, ${keys(from)} WHERE ${match} HAVING count(*) > 0`,
  );
}
