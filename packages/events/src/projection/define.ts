import type pg from 'pg';
import type { RecordedEvent } from '../store/types.ts';

/** By name as the schema states it: the quoted, qualified name of this version's table. */
export type Tables = Readonly<Record<string, string>>;

type Common = {
  /** Unique in the database, e.g. `open_todos`. Letters, digits and underscores. */
  name: string;
  /** Raised when `schema` or `apply` changes: the new version is built beside the old one. */
  version: number;
  /**
   * Statements that create the tables, under plain names. Each version has a schema of its own for them; readers use the
   * views of the same names (in `views`), which are switched over when a version has caught up.
   */
  schema: string;
  /** Where its views are made. Default `public`. */
  views?: string;
  /** Types of the events that it wants. Default: all. */
  types?: readonly string[];
  /** `inline`: in the transaction of each append. Default `async`. */
  mode?: 'async' | 'inline';
  /** Events given to `apply` at once, at most. Default 1000, for `applySql` 50,000 positions. */
  batch?: number;
};

/** A read model made of events. */
export type Projection = Common &
  (
    | {
        /**
         * Writes what the events mean, in order, in the transaction that also moves the position: all of the batch in as few
         * statements as it can. Effects outside of `tx` may happen again.
         */
        apply(events: readonly RecordedEvent[], tx: pg.ClientBase, tables: Tables): Promise<void>;
        applySql?: undefined;
      }
    | {
        /**
         * The same as one statement that the database runs by itself, several times faster: `$1` < position <= `$2` are the
         * events to take from `banyan_events.events`. It meets data as stored: old versions of types (`type_version`)
         * and encrypted fields.
         */
        applySql(tables: Tables): string;
        apply?: undefined;
        mode?: 'async';
      }
  );

/** States a projection; throws a TypeError if the name cannot be one. */
export function defineProjection(stated: Projection): Projection {
  if (!/^[a-z][a-z0-9_]{0,39}$/.test(stated.name))
    throw new TypeError(`Not a projection's name: ${stated.name}`);
  if (!Number.isSafeInteger(stated.version) || stated.version < 1) throw new TypeError('version starts at 1');
  return stated;
}
