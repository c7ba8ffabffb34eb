import { isServiceSideSql } from '@banyan/cohort';
import type { Ownership } from '../link/ownership.ts';
import { ownerSql } from '../mapping/owner.ts';
import { inSetSql } from '../mapping/row-set.ts';
import type { TablePlan } from '../mapping/table-plan.ts';
import type { InsertsEvent, RowEvent } from '../stream/transaction.ts';
import type { ChangeKind } from './dependency-levels.ts';
import { isOutside } from './outside-rows.ts';

/**
 * What becomes of one change of the source. `compare`: as `forwardOnly`, but the change was made there and not by a link, so
 * what is not applied is compared with the target. `row by row`: look at the target's row first, one by one.
 */
export type Route = ChangeKind | 'compare' | 'nothing' | 'row by row';

/**
 * Decides what the target does with a change, as far as the change itself tells. `ownership`: as it was when the change was
 * committed. Pure but for its memory.
 */
export function route(
  event: RowEvent | InsertsEvent,
  ownership: Ownership,
  origin: string | undefined,
): Route {
  switch (event.kind) {
    case 'insert':
    case 'inserts':
      return routeInsert(event);
    case 'update':
      return alone(event, routeUpdate(event, ownership, origin));
    case 'delete':
      return alone(event, routeDelete(event, ownership));
  }
}

/** What is not to be in a table is recorded, one by one. */
function alone({ table }: RowEvent, routed: Route): Route {
  return table.plan.mapping.append && routed !== 'nothing' ? 'row by row' : routed;
}

function routeInsert(event: RowEvent | InsertsEvent): Route {
  const { plan } = event.table;
  if (plan.direction === 'reverse' && plan.mapping.rows === 'foreign') return 'nothing';
  return event.kind === 'insert' && isOutside(event) ? 'row by row' : 'insert';
}

function routeUpdate(event: RowEvent, ownership: Ownership, origin: string | undefined): Route {
  const { table, row } = event;
  const keyChanged = event.old !== undefined && !table.sameKey(event.old, row);
  if (isOutside(event)) return 'row by row';
  // The statement itself looks the parent up; where that says no, the row is looked at.
  if (ownerUnknown(event, ownership)) return keyChanged || event.carried ? 'row by row' : 'update';
  const previous = event.full ? event.old! : row;
  if (sourceOwns(event, previous, ownership)) {
    // The row may have belonged to somebody else until now; only the target knows.
    if (!event.full && ownership.mixed && hasForeignOwner(event) && keyChanged) return 'row by row';
    return keyChanged ? 'rekey' : 'update';
  }
  if (keyChanged || event.carried) return 'row by row';
  if (!event.full && ownership.mixed && hasForeignOwner(event)) return 'row by row';
  const compare = event.full ? false : !isBanyan(origin);
  if (event.full && ownColumnsChanged(event)) return 'row by row';
  if (!compare && table.plan.forwardOnly.length === 0) return 'nothing';
  return compare ? 'compare' : 'forwardOnly';
}

function routeDelete(event: RowEvent, ownership: Ownership): Route {
  const { table, row } = event;
  const { plan } = table;
  if (plan.mapping.rows === 'foreign' && plan.direction === 'reverse') return 'nothing';
  if (plan.mapping.rows === 'foreign') return 'delete';
  if (ownerUnknown(event, ownership)) return 'delete';
  if (ownership.mixed && plan.owner && !event.full && !table.ownerInKey) return 'delete';
  return sourceOwns(event, row, ownership) ? 'delete' : 'row by row';
}

/** Only the target knows whose the row is: its parent's owner is not in the change. */
export function ownerUnknown({ table }: Pick<RowEvent, 'table'>, ownership: Ownership): boolean {
  return ownership.mixed && table.plan.owner?.byParent === true;
}

/** Whether the side the change comes from owns the row, by the owner's key in `row`. Not of rows whose owner is unknown. */
export function sourceOwns(
  event: Pick<RowEvent, 'table'>,
  row: RowEvent['row'],
  ownership: Ownership,
): boolean {
  const { plan, ownerIndex } = event.table;
  const service = plan.owner ? ownership.isService(row[ownerIndex] ?? null) : ownership.share >= WRITER_MOVES;
  return plan.direction === 'forward' ? !service : service;
}

/** Tables with one writer belong to the service from this share on. */
export const WRITER_MOVES = 10_000;

/** The owner's key is a column that a change may alter or a delete may lack. */
function hasForeignOwner({ table }: RowEvent): boolean {
  return table.plan.owner !== undefined && !table.ownerInKey;
}

/** Whether a column that the other side owns was changed, as the whole old row says. */
export function ownColumnsChanged({ table, row, old }: RowEvent): boolean {
  const { updates, forwardOnly } = table.plan;
  const inputs = new Set(
    updates.filter((output) => !forwardOnly.includes(output)).flatMap((output) => output.inputs),
  );
  return [...inputs].some((input) => {
    const index = table.indexOf(input);
    return row[index] !== undefined && row[index] !== old![index];
  });
}

export function isBanyan(origin: string | undefined): boolean {
  return origin?.startsWith('banyan_') ?? false;
}

/** Whether the service may have made a row that the monolith inserts: of rows that others own, from what it hears of them. */
export function meetsRows({ mapping, direction }: TablePlan): boolean {
  return mapping.rows === 'foreign' && direction === 'forward';
}

/** SQL over the target's columns that is true for rows the link's source owns; undefined if that is all of them. */
export function ownedBySource(event: Pick<RowEvent, 'table'>, ownership: Ownership): string | undefined {
  const { plan, ownerInKey } = event.table;
  const ours = rowsOfService(plan);
  if (!plan.owner || !ownership.mixed || ownerInKey || plan.mapping.rows === 'foreign') return ours;
  const service = ownedByService(plan, ownership);
  if (plan.direction === 'forward') return `NOT (${service})`;
  return ours === undefined ? `(${service})` : `(${service}) AND ${ours}`;
}

/** SQL over the monolith's row `t` that is true for those that the service may have, if these are some only. */
export function rowsOfService({ direction, set }: TablePlan): string | undefined {
  return set && direction === 'reverse' ? inSetSql(set.target, 't.') : undefined;
}

/**
 * SQL: whether the service owns the target's row `t`. A parent that is not there was deleted by the link's source, or with its
 * children: the row is nobody's on the target, and the source's word counts.
 */
export function ownedByService({ direction, owner }: TablePlan, { share, salt }: Ownership): string {
  if (!owner || share === 0 || share >= WRITER_MOVES) return String(share >= WRITER_MOVES);
  return ownerSql(owner.lookup, 't', {
    ofKey: (key) => isServiceSideSql(share, key, salt),
    orphan: String(direction === 'reverse'),
  });
}
