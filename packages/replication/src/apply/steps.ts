import type { Ownership } from '../link/ownership.ts';
import { Anomaly } from './apply-errors.ts';
import type { BoundStatement, BoundTable } from './bound-table.ts';
import { encodeCopy } from './copy-encoding.ts';
import type { Segment } from './dependency-levels.ts';
import { meetsRows, ownedByService, ownedBySource, ownerUnknown, rowsOfService } from './route.ts';

/** What is sent to the target for one segment of a set. */
export type Step =
  | {
      query: { name: string; text: string; values: Buffer[] };
      /** Rows it must touch; `none`: what it counts must not be there. */
      expect: number | 'none' | undefined;
      copy?: undefined;
    }
  | { copy: string; frames: Buffer; expect: number };

/** After a copy: rows may be there already or not yet, so changes are upserts and nothing is counted. */
export function converge(segment: Segment): Step[] {
  const { table, kind, absent } = decode(segment);
  if (kind === 'announced') return [step(segment, table.setAnnounced())];
  if (kind === 'delete') return [step(segment, table.delete())];
  if (kind === 'insert' || (kind === 'update' && absent === ''))
    return [step(segment, table.update('')), step(segment, table.insertMissing())];
  throw new Anomaly();
}

/** By what the source says, and the target has to be as the source had it: counted, and an anomaly if it is not. */
export function strict(segment: Segment, ownership: Ownership): Step[] {
  const { table, kind, absent, compare } = segment;
  if (kind === 'insert' && table.copy && !meetsRows(table.plan)) {
    const count = countOf(segment);
    if (count >= COPY_ROWS)
      return [
        { copy: table.copy.text, frames: encodeCopy(table.copy, segment), expect: count },
        ...announceSteps(segment),
      ];
  }
  const { rows } = decode(segment);
  switch (kind) {
    case 'insert': {
      const insert = meetsRows(table.plan)
        ? table.upsert(ownedByService(table.plan, ownership), false)
        : table.insert();
      return [step(segment, insert, rows.length), ...announceSteps(segment)];
    }
    case 'update':
      return [
        ...parentSteps(segment),
        step(segment, table.update(absent, ownerCheck(table, ownership)), rows.length),
      ];
    case 'rekey':
      return [
        ...parentSteps(segment),
        step(
          segment,
          table.update(absent, { rekey: true, condition: rowsOfService(table.plan) }),
          rows.length,
        ),
        ...announceSteps(segment),
      ];
    case 'delete':
      return [step(segment, table.delete(ownedBySource({ table }, ownership)), rows.length)];
    case 'announced':
      return [step(segment, table.setAnnounced())];
    case 'forwardOnly': {
      const steps = compare ? [step(segment, table.countDiffering(absent), 'none')] : [];
      return table.plan.forwardOnly.length > 0
        ? [...steps, step(segment, table.updateForwardOnly(absent))]
        : steps;
    }
  }
}

/** Fewer rows are inserted sooner by a statement that is prepared. */
const COPY_ROWS = 50;

function step({ table, rows, olds }: Segment, statement: BoundStatement, expect?: number | 'none'): Step {
  const { name, text } = statement;
  return { query: { name, text, values: table.parameters(statement, rows, olds) }, expect };
}

/** A row whose parent is gone is no change that fits. They are sent with what comes next. */
export function parentSteps(segment: Segment): Step[] {
  const { table, kind, absent } = segment;
  if (table.plan.parents.length === 0) return [];
  if (kind === 'delete' || kind === 'forwardOnly' || kind === 'announced') return [];
  decode(segment);
  return table.demandParents(kind, absent).map((statement) => step(segment, statement));
}

/** What the monolith has of its own columns in rows that the service has made, or given another key. */
function announceSteps(segment: Segment): Step[] {
  const announce = segment.table.announce();
  return announce ? [step(decode(segment), announce)] : [];
}

function countOf({ rows, raw }: Segment): number {
  return raw.reduce((count, inserts) => count + inserts.count, rows.length);
}

/** What SQL is to work on has to be text. */
function decode(segment: Segment): Segment {
  for (const inserts of segment.raw) segment.rows.push(...inserts.rows());
  segment.raw = [];
  return segment;
}

/** What an update demands of the target's row where the change alone does not say whose it is. */
function ownerCheck(
  table: BoundTable,
  ownership: Ownership,
): { sameOwner: boolean; condition?: string | undefined } {
  const sameOwner = ownership.mixed && table.plan.owner !== undefined && !table.ownerInKey;
  if (!ownerUnknown({ table }, ownership)) return { sameOwner, condition: rowsOfService(table.plan) };
  return { sameOwner, condition: ownedBySource({ table }, ownership) };
}
