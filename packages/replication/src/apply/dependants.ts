import { quoteIdent } from '@banyan/postgres';
import type { Dependant, TablePlan } from '../mapping/table-plan.ts';
import type { ConflictLog, Side } from './conflict-log.ts';
import type { TargetSession } from './target-session.ts';

type Row = Record<string, string | null>;

/**
 * Asks for all rows that go with a row which the wrong side has deleted, as the owner has them. Those that had been deleted there
 * before are no part of this deletion, and if they were on their way back, they met no parent and went again.
 */
export async function askDependants(
  session: TargetSession,
  log: ConflictLog,
  parent: TablePlan,
  row: Row,
  owner: Side,
): Promise<void> {
  const asked = new Set<string>();
  const follow = async (plan: TablePlan, rows: Row[]) => {
    for (const dependant of plan.dependants) {
      const found = (await referringTo(session, dependant, rows)).filter((each) => {
        const key = JSON.stringify([dependant.plan.targetName, ...keyOf(dependant.plan, each)]);
        return !asked.has(key) && asked.add(key);
      });
      if (found.length === 0) continue;
      const keys = found.map((each) => keyOf(dependant.plan, each));
      await log.askByKeys(dependant.plan, keys, owner);
      await follow(dependant.plan, found);
    }
  };
  await follow(parent, [row]);
}

function keyOf({ targetKey }: TablePlan, row: Row): (string | null)[] {
  return targetKey.map((column) => row[column] ?? null);
}

/** With their keys, and with what others refer to them by. */
async function referringTo(
  session: TargetSession,
  { plan, references }: Dependant,
  rows: Row[],
): Promise<Row[]> {
  const wanted = new Set([
    ...plan.targetKey,
    ...plan.dependants.flatMap((each) => each.references.map(({ referenced }) => referenced)),
  ]);
  const columns = [...wanted].map((column) => `t.${quoteIdent(column)}::text`).join(', ');
  const types = references.map(({ column }) => plan.target.columns.get(column)!.bareType);
  const values = types.map((type, at) => `unnest($${at + 1}::text[])::${type} AS r${at}`).join(', ');
  const on = references.map(({ column }, at) => `t.${quoteIdent(column)} = r.r${at}`).join(' AND ');
  const { rows: found } = await session.client.query(
    `SELECT DISTINCT ${columns} FROM ${plan.targetName} AS t JOIN (SELECT ${values}) AS r ON ${on}`,
    references.map(({ referenced }) => rows.map((row) => row[referenced] ?? null)),
  );
  return found;
}
