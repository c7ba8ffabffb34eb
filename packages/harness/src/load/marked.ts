import type pg from 'pg';
import type { LoadRun } from './load.ts';
import type { UserId } from './population.ts';

/**
 * For a load in which people change a text of their own: its nth value says that it is the nth, so that it is found again on either side, and
 * known what a read must show.
 */

/** Changes of somebody's: sent, acknowledged, the newest that anybody has seen, and the newest that everybody has to see. */
export type Changes = { sent: number; acknowledged: number; seen: number; shown: number };

export const noChanges = (): Changes => ({ sent: 0, acknowledged: 0, seen: 0, shown: 0 });

/** What a read that starts now must show at least: whoever made the changes, or somebody else, who may be on another side. */
export function newestKnown({ acknowledged, seen, shown }: Changes, isOwn: boolean): number {
  return isOwn ? Math.max(acknowledged, seen) : shown;
}

/** A change was acknowledged. Where its answer says that it may be `stale`, others' reads may lack it without saying so. */
export function acknowledgeMarked(changes: Changes, n: number, { stale }: { stale: boolean }): void {
  changes.acknowledged = n;
  if (!stale) changes.shown = n;
}

/** The value by which the nth change of a user is found again. */
export function marker(user: UserId, n: number): string {
  return `Change ${n} of ${user}`;
}

/** The number in a marker of this user; 0 for a text from before. */
export function markerNumber(user: UserId, text: string | null | undefined): number {
  const match = /^Change (\d+) of (.+)$/.exec(text ?? '');
  return match && match[2] === String(user) ? Number(match[1]) : 0;
}

/** Tells of an answer that is older than the change `least`, what was acknowledged or seen before it was asked for, or shows what was never sent. */
export function checkMarked(
  { violate }: Pick<LoadRun, 'violate'>,
  changes: Changes,
  { kind, user, least, text }: { kind: string; user: { id: UserId }; least: number; text: string | null },
): void {
  const n = markerNumber(user.id, text);
  if (n < least || n > changes.sent)
    violate({ kind, user: user.id, expected: marker(user.id, least), got: text ?? 'null' });
  changes.seen = Math.max(changes.seen, Math.min(n, changes.sent));
}

/**
 * For `latest`: the number of the change that is there, by a query that is told ids and gives `id`, `text` and whatever `isWhole` looks at: a change of
 * which a part is missing is none.
 */
export function markersBy<Row>(sql: string, isWhole: (n: number, row: Row) => boolean = () => true) {
  return async (db: pg.Pool, sent: ReadonlyMap<string, readonly number[]>): Promise<Map<string, number>> => {
    const { rows } = await db.query<Row & { id: UserId; text: string | null }>(sql, [[...sent.keys()]]);
    return new Map(
      rows.map((row) => {
        const n = markerNumber(row.id, row.text);
        return [String(row.id), isWhole(n, row) ? n : 0];
      }),
    );
  };
}

/** For `once`: the ids of rows by a text of their own, which only the write that made them has. */
export function rowsBy(table: string, column: string) {
  const sql = `SELECT ${column} AS key, array_agg(id) AS ids FROM ${table} WHERE ${column} = ANY ($1) GROUP BY 1`;
  return async (db: pg.Pool, keys: string[]): Promise<Map<string, UserId[]>> => {
    const { rows } = await db.query<{ key: string; ids: UserId[] }>(sql, [keys]);
    return new Map(rows.map(({ key, ids }) => [key, ids]));
  };
}
