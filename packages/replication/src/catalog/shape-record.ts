import type pg from 'pg';
import { ReplicationError } from '../errors.ts';
import type { LinkConfig, LinkNames } from '../link/link-config.ts';
import { nameOf, type RowSet } from '../mapping/mapping.ts';
import type { TablePlan } from '../mapping/table-plan.ts';
import { compareShape, type EndShape, readShape, readTrace, type TableShape, type Watched } from './shape.ts';

/** What a link remembers of both databases. */
export type RememberedShapes = {
  source: EndShape;
  target: EndShape;
  /** Source table → what it was before, oldest first: its changes may wait in the log. */
  earlier: Record<string, TableShape[]>;
};

type Ends = { source: pg.Pool; target: pg.Pool };

/** What is watched of a link's tables, by its plans. */
export function watchedOf(plans: readonly TablePlan[]): { source: Watched[]; target: Watched[] } {
  return {
    source: plans.map(({ source, inputs, mapping, direction }) => ({
      schema: source.schema,
      table: source.name,
      columns: inputs,
      rows: direction === 'forward' ? mapping.where : undefined,
    })),
    target: plans.map(({ target, targetKey, inserts, updates }) => ({
      schema: target.schema,
      table: target.name,
      columns: [...new Set([...targetKey, ...[...inserts, ...updates].map(({ column }) => column)])],
    })),
  };
}

export async function readShapes(
  { source, target }: Ends,
  names: Pick<LinkNames, 'publication'>,
  watched: ReturnType<typeof watchedOf>,
): Promise<{ source: EndShape; target: EndShape }> {
  const [from, to] = await Promise.all([
    readShape(source, watched.source, names.publication),
    readShape(target, watched.target, null),
  ]);
  return { source: from, target: to };
}

/** Throws if either database is not what is remembered of it. */
export function compareShapes(
  before: RememberedShapes,
  now: { source: EndShape; target: EndShape },
  watched: ReturnType<typeof watchedOf>,
): void {
  compareShape(before.source, now.source, watched.source, 'source');
  compareShape(before.target, now.target, watched.target, 'target');
}

/** The same, as what is found. */
export function findChange(...compared: Parameters<typeof compareShapes>): ReplicationError | undefined {
  try {
    compareShapes(...compared);
    return undefined;
  } catch (error) {
    if (error instanceof ReplicationError) return error;
    throw error;
  }
}

/** Takes both databases as they are now; what the source's tables were before is kept. */
export async function rememberShapes(
  target: Pick<pg.Pool, 'query'>,
  link: string,
  now: { source: EndShape; target: EndShape },
  before?: RememberedShapes,
): Promise<RememberedShapes> {
  const earlier = { ...before?.earlier };
  for (const [name, is] of Object.entries(now.source.tables)) {
    const was = before?.source.tables[name];
    if (was && JSON.stringify(was) !== JSON.stringify(is))
      earlier[name] = [...(earlier[name] ?? []), was].slice(-EARLIER);
  }
  const shapes = { ...now, earlier };
  await target.query('UPDATE banyan.links SET shapes = $2 WHERE link = $1', [link, JSON.stringify(shapes)]);
  return shapes;
}

/** All that a table of the source was known to be, the last one as it is now. */
export function knownShapes(shapes: RememberedShapes, table: string): TableShape[] {
  const last = shapes.source.tables[table];
  return [...(shapes.earlier[table] ?? []), ...(last ? [last] : [])];
}

/** Tables of the link's that nothing is remembered of. */
export function newTables(
  config: Pick<LinkConfig, 'tables' | 'direction'>,
  shapes: RememberedShapes,
): string[] {
  return config.tables
    .map(({ legacy, service }) => nameOf(config.direction === 'forward' ? legacy : service))
    .filter((name) => !shapes.source.tables[name]);
}

/** Tables of the source that the link was about other rows of. */
export function tablesOfOtherRows(watched: readonly Watched[], shapes: RememberedShapes): string[] {
  return watched
    .map(({ schema, table, rows }) => ({ name: `${schema}.${table}`, rows }))
    .filter(({ name, rows }) => {
      const known = shapes.source.tables[name];
      return known && !sameRows(known.rows, rows);
    })
    .map(({ name }) => name);
}

function sameRows(one: RowSet | undefined, other: RowSet | undefined): boolean {
  const textOf = (rows: RowSet | undefined) => rows && JSON.stringify([rows.column, [...rows.in].sort()]);
  return textOf(one) === textOf(other);
}

/** Acceptances whose changes may still wait in the log. */
const EARLIER = 8;

/** Looks whether both databases are still what is remembered of them. */
export class ShapeWatch {
  readonly shapes: RememberedShapes;
  readonly #ends: Ends;
  readonly #names: Pick<LinkNames, 'publication'>;
  readonly #watched: ReturnType<typeof watchedOf>;
  /** Of both databases, before the last look that found them as they are remembered. */
  #known: string | undefined;

  private constructor(
    ends: Ends,
    names: LinkNames,
    watched: ReturnType<typeof watchedOf>,
    shapes: RememberedShapes,
  ) {
    this.#ends = ends;
    this.#names = names;
    this.#watched = watched;
    this.shapes = shapes;
  }

  /** Throws as `check` does. `before`: what is remembered; if nothing is, both are taken as they are. */
  static async begin(
    ends: Ends,
    names: LinkNames,
    plans: readonly TablePlan[],
    before: RememberedShapes | undefined,
  ): Promise<ShapeWatch> {
    const watched = watchedOf(plans);
    const now = await readShapes(ends, names, watched);
    if (before) compareShapes(before, now, watched);
    return new ShapeWatch(
      ends,
      names,
      watched,
      before ?? (await rememberShapes(ends.target, names.link, now)),
    );
  }

  /** Throws SCHEMA_CHANGED, TABLE_REPLACED or PUBLICATION_CHANGED. */
  async check(): Promise<void> {
    const trace = await this.#trace();
    if (trace === this.#known) return;
    compareShapes(this.shapes, await readShapes(this.#ends, this.#names, this.#watched), this.#watched);
    // Read first: what has changed since shows at the next look.
    this.#known = trace;
  }

  async #trace(): Promise<string> {
    const { source, target } = this.#ends;
    const traces = await Promise.all([
      readTrace(source, this.#watched.source, this.#names.publication),
      readTrace(target, this.#watched.target, null),
    ]);
    return traces.join(' ');
  }
}
