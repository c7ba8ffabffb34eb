import { EVENT_COLUMNS } from './read.ts';
import type { AuditFilter } from './types.ts';

/** Who did what, oldest first: the query for a filter. */
export function auditQuery(filter: AuditFilter): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const add = (value: unknown, condition: (parameter: string) => string) => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  add(filter.stream, (p) => `stream = ${p}`);
  add(filter.subject, (p) => `subject = ${p}`);
  add(filter.actor, (p) => `actor = ${p}`);
  add(filter.correlationId, (p) => `coalesce(correlation_id, id::text) = ${p}`);
  add(filter.from, (p) => `at >= ${p}`);
  add(filter.until, (p) => `at < ${p}`);
  add(filter.after, (p) => `position > ${p}`);
  values.push(filter.limit ?? 1000);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const text = `SELECT ${EVENT_COLUMNS} FROM banyan_events.events ${where} ORDER BY position LIMIT $${values.length}`;
  return { text, values };
}
