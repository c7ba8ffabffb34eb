import { quoteIdent } from '@banyan/postgres';
import type { TablePlan } from '../mapping/table-plan.ts';
import { Rows, type Statement } from './apply-sql.ts';

/**
 * Inserts the monolith's rows into a table of which the service makes rows too, by the same keys. A row that is there already takes
 * the source's values; where `ownedByService`, SQL over the target's row `t`, is true, it keeps what it has of the columns that
 * the service may change, and is given those of which it has nothing yet. One in which these differ from the source's is taken with
 * `force` only, and without it neither changed nor counted: whoever forces it tells the monolith what has become of it.
 */
export function upsertStatement(plan: TablePlan, ownedByService: string, force: boolean): Statement {
  const rows = new Rows(plan);
  rows.use(plan.inserts);
  const columns = plan.inserts.map(({ column }) => quoteIdent(column)).join(', ');
  const values = plan.inserts.map(({ expr }) => expr).join(', ');
  const changes = plan.inserts.filter(({ column }) => !plan.targetKey.includes(column));
  const sets = changes.map(({ column, flow }) => {
    const name = quoteIdent(column);
    const kept = `${ownedByService} AND t.${name} IS NOT NULL`;
    return flow === 'forward'
      ? `${name} = EXCLUDED.${name}`
      : `${name} = CASE WHEN ${kept} THEN t.${name} ELSE EXCLUDED.${name} END`;
  });
  // Nothing to set still has to count the row.
  if (sets.length === 0) sets.push(...plan.targetKey.map(quoteIdent).map((name) => `${name} = t.${name}`));
  const differs = changes
    .filter(({ flow }) => flow === 'both')
    .map(({ column }) => quoteIdent(column))
    .map((name) => `t.${name}::text IS DISTINCT FROM EXCLUDED.${name}::text`);
  const unless =
    force || differs.length === 0 ? '' : ` WHERE NOT (${ownedByService} AND (${differs.join(' OR ')}))`;
  const key = plan.targetKey.map(quoteIdent).join(', ');
  return rows.statement(
    (from) =>
      `INSERT INTO ${plan.targetName} AS t (${columns}) OVERRIDING SYSTEM VALUE SELECT ${values} FROM ${from} ` +
      `ON CONFLICT (${key}) DO UPDATE SET ${sets.join(', ')}${unless}`,
  );
}
