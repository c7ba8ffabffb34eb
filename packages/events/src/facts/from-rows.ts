import type { Contracts, DataOf } from '../contracts.ts';

/** An event that tells of a change of rows. */
export type Fact<C extends Contracts> = {
  [T in keyof C['events'] & string]: { type: T; data: DataOf<C['events'][T]> };
}[keyof C['events'] & string];

/** What a function may return: nothing, a fact, or several. */
export type Facts<C extends Contracts> = Fact<C> | readonly Fact<C>[] | undefined;

/** Who and why, as the monolith's transaction said by `pg_logical_emit_message`, and when it was committed. */
export type Circumstances = { at: Date; actor?: string; reason?: string };

/**
 * Turns changes of one table's rows into the events that the service publishes for its own writes. Pure: it is called in the
 * transaction that applies the change. Rows are as a query returns them.
 */
// biome-ignore lint/suspicious/noExplicitAny: the row's type is its author's to state
export type TableFacts<C extends Contracts, Row = any> = {
  insert?(row: Row, about: Circumstances): Facts<C>;
  update?(before: Row, after: Row, about: Circumstances): Facts<C>;
  delete?(before: Row, about: Circumstances): Facts<C>;
  /** What a row says that is there already, of the copy or from before somebody asked: that it is, not that it was made. */
  exists?(row: Row): Facts<C>;
  /** What `exists` says belongs to no stream: whoever begins those need not look at these rows. Default false. */
  ofNoStream?: boolean;
};

/** By the service's own tables: `accounts`, or `schema.accounts`. */
export type FromRows<C extends Contracts> = Readonly<Record<string, TableFacts<C>>>;

/** The stream of the service's event store that a fact belongs to; undefined: it is published only. Pure. */
export type StreamOf<C extends Contracts> = (fact: Fact<C>) => string | undefined;

/** A change of one row of the service's, in sum of one transaction of the monolith. */
export type RowChange = {
  /** With its schema. */
  table: string;
  before: Record<string, unknown> | undefined;
  after: Record<string, unknown> | undefined;
};

/** Tables by their whole names. */
export function tablesOf<C extends Contracts>(fromRows: FromRows<C>): Map<string, TableFacts<C>> {
  return new Map(
    Object.entries(fromRows).map(([name, facts]) => [name.includes('.') ? name : `public.${name}`, facts]),
  );
}

/** The facts of one change; none if no function wants it. Pure if the functions are. */
export function factsOf<C extends Contracts>(
  { insert, update, delete: remove }: TableFacts<C>,
  { before, after }: Pick<RowChange, 'before' | 'after'>,
  about: Circumstances,
): readonly Fact<C>[] {
  const told =
    before && after
      ? update?.(before, after, about)
      : after
        ? insert?.(after, about)
        : before && remove?.(before, about);
  return listOf(told);
}

/** What there is to say of a row that is there; none if no function wants it. */
export function existing<C extends Contracts>(
  { exists }: TableFacts<C>,
  row: RowChange['before'],
): readonly Fact<C>[] {
  return row === undefined ? [] : listOf(exists?.(row));
}

function listOf<C extends Contracts>(facts: Facts<C>): readonly Fact<C>[] {
  if (facts === undefined) return [];
  return Array.isArray(facts) ? facts : [facts as Fact<C>];
}
