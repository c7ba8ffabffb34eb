import { quoteIdent, type Tuple } from '@banyan/postgres';
import type { Ownership } from '../link/ownership.ts';
import type { RowEvent } from '../stream/transaction.ts';
import type { BoundTable } from './bound-table.ts';
import type { Side } from './conflict-log.ts';
import { ownedByService, ownerUnknown, sourceOwns, WRITER_MOVES } from './route.ts';
import type { TargetSession } from './target-session.ts';

export function sideOfSource(table: BoundTable): Side {
  return table.plan.direction === 'forward' ? 'monolith' : 'service';
}

export function other(side: Side): Side {
  return side === 'monolith' ? 'service' : 'monolith';
}

/** Whose a row is, by what a change says of it. */
export async function ownerOfChange(
  session: TargetSession,
  ownership: Ownership,
  event: RowEvent,
  row: Tuple,
): Promise<Side> {
  const { table } = event;
  if (ownerUnknown(event, ownership))
    return await ownerOfParent(session, ownership, table, row[table.ownerIndex] ?? null);
  const mine = sideOfSource(table);
  return sourceOwns(event, row, ownership) ? mine : other(mine);
}

/** Whose a row is, by what the target has of it. */
export async function ownerOfTarget(
  session: TargetSession,
  ownership: Ownership,
  table: BoundTable,
  target: Record<string, string | null>,
): Promise<Side> {
  if (!table.targetInSet(target)) return 'monolith';
  const { owner } = table.plan;
  if (!owner) return ownership.share >= WRITER_MOVES ? 'service' : 'monolith';
  const value = target[owner.target] ?? null;
  if (ownerUnknown({ table }, ownership)) return await ownerOfParent(session, ownership, table, value);
  return ownership.isService(value) ? 'service' : 'monolith';
}

/** Whose a row is that refers to this parent. */
async function ownerOfParent(
  session: TargetSession,
  ownership: Ownership,
  { id, plan }: BoundTable,
  reference: string | null,
): Promise<Side> {
  const { target } = plan.owner!;
  const value = `$1::text::${plan.target.columns.get(target)!.bareType} AS ${quoteIdent(target)}`;
  const { rows } = await session.client.query({
    name: `banyan_${id}_owner_${ownership.share}`,
    text: `SELECT ${ownedByService(plan, ownership)} AS service FROM (SELECT ${value}) AS t`,
    values: [reference],
  });
  return rows[0].service ? 'service' : 'monolith';
}
