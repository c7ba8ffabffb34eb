import type pg from 'pg';

/**
 * What is kept of what others tell: documents by kind and id, each made of events. The promises of every store, which `testing/contract.ts` puts to
 * the test:
 *
 * 1. An event changes a document once, however often it is told: the document remembers the last `REMEMBERED` events that changed it.
 * 2. Changes of one document that come at the same time are made one after the other: none is lost.
 * 3. `version` of a document is another one after each change.
 *
 * A store asks for no more of its database than to change one document at a time.
 */
export type Documents<Kind extends string = string> = {
  /** Resolves with false where the document remembers the event. */
  change<T extends object>(about: Change<Kind>, fold: Fold<T>): Promise<boolean>;
  /** Several of one kind, as if one after the other; a document may be among them more than once. */
  changeMany<T extends object>(
    about: Pick<Change<Kind>, 'kind' | 'tx'>,
    changes: readonly OneOfMany<T>[],
  ): Promise<void>;
  /** Those of these ids that are there. */
  find<T extends object>(kind: Kind, ids: readonly number[]): Promise<Map<number, T>>;
  versions(kind: Kind, ids: readonly number[]): Promise<Map<number, number>>;
  /** In the order of ids, those behind `after`; none: there are no more. */
  page<T extends object>(kind: Kind, page: { after: number; limit: number }): Promise<[id: number, T][]>;
  close(): Promise<void>;
};

type Change<Kind extends string> = {
  kind: Kind;
  id: number;
  /** Id of the event that asks for it. */
  event: string;
  /** In which the event is marked as handled. A store in another database cannot take part in it. */
  tx: pg.PoolClient;
};

type Fold<T> = (before: T | undefined) => T;
export type OneOfMany<T> = Pick<Change<string>, 'id' | 'event'> & { fold: Fold<T> };

/** More than are handled in one transaction, since all of them come again when that fails. What is older the inbox knows. */
export const REMEMBERED = 128;

/** With one event more. */
export function remember(heard: readonly string[], event: string): string[] {
  return [...heard.slice(-(REMEMBERED - 1)), event];
}
