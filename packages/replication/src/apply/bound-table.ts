import { quoteIdent, type Relation, type Tuple } from '@banyan/postgres';
import type { Table } from '../catalog/catalog.ts';
import type { Parent } from '../catalog/foreign-keys.ts';
import { ReplicationError } from '../errors.ts';
import { nameOf } from '../mapping/mapping.ts';
import type { Output, TablePlan } from '../mapping/table-plan.ts';
import { announceStatement } from './announce-columns.ts';
import {
  ASIDE,
  deleteStatement,
  demandNone,
  differingStatement,
  imagesStatement,
  insertStatement,
  missingParentsStatement,
  moveAsideStatement,
  type Statement,
  selectStatement,
  unsetStatement,
  updateStatement,
} from './apply-sql.ts';
import { type CopyRows, planCopy } from './copy-encoding.ts';
import { encodeTextArray } from './text-array.ts';
import { upsertStatement } from './upsert.ts';

/** A prepared statement of the target session and how its parameters are filled from rows of the stream. */
export type BoundStatement = {
  name: string;
  text: string;
  params: { index: number; old: boolean }[];
};

type ParentsOf = 'insert' | 'update' | 'rekey';
type OfParent = { parent: Parent; statement: Statement };

/** The plan of a table bound to the columns that the stream announced for it. */
export class BoundTable {
  readonly plan: TablePlan;
  readonly id: number;
  readonly keyIndexes: readonly number[];
  readonly ownerIndex: number;
  readonly ownerInKey: boolean;
  readonly #setIndex: number;
  /** How inserted rows can be copied; undefined if they need SQL. */
  readonly copy: CopyRows | undefined;
  readonly #indexes: Map<string, number>;
  readonly #inputs: readonly { name: string; index: number }[];
  readonly #statements = new Map<string, BoundStatement>();
  readonly #ofParents = new Map<string, OfParent[]>();

  constructor(plan: TablePlan, relation: Pick<Relation, 'columns'>) {
    this.plan = plan;
    this.id = nextId++;
    this.#indexes = new Map(relation.columns.map((column, index) => [column.name, index]));
    this.#inputs = plan.inputs.map((name) => ({ name, index: this.indexOf(name) }));
    this.keyIndexes = plan.sourceKey.map((name) => this.indexOf(name));
    this.ownerIndex = plan.owner ? this.indexOf(plan.owner.source) : -1;
    this.#setIndex = plan.set ? this.indexOf(plan.set.source.column) : -1;
    this.ownerInKey =
      plan.owner !== undefined && !plan.owner.byParent && plan.sourceKey.includes(plan.owner.source);
    this.copy = planCopy(plan, (name) => this.indexOf(name));
  }

  indexOf(column: string): number {
    const index = this.#indexes.get(column);
    if (index === undefined)
      throw new ReplicationError('SCHEMA_CHANGED', {
        table: this.sourceName,
        column,
        why: 'the column is gone',
      });
    return index;
  }

  get columnNames(): Iterable<string> {
    return this.#indexes.keys();
  }

  get sourceName(): string {
    return nameOf({ schema: this.plan.source.schema, table: this.plan.source.name });
  }

  keyOf(row: Tuple): string {
    const { keyIndexes } = this;
    if (keyIndexes.length === 1) return row[keyIndexes[0]!]!;
    return this.keyText(keyIndexes.map((index) => row[index]!));
  }

  /** As `keyOf`, of the key's values by themselves. */
  keyText(values: readonly string[]): string {
    if (values.length === 1) return values[0]!;
    return values.map((value) => `${value.length}:${value}`).join('');
  }

  /** Whether the source's row is one that the mapping is about. */
  inSet(row: Tuple): boolean {
    const { set } = this.plan;
    const value = set && row[this.#setIndex];
    return !set || (typeof value === 'string' && set.source.values.has(value));
  }

  /** The same of a row of the target, by its columns' texts. */
  targetInSet(row: Record<string, string | null>): boolean {
    const { set } = this.plan;
    const value = set && row[set.target.column];
    return !set || (typeof value === 'string' && set.target.values.has(value));
  }

  sameKey(a: Tuple, b: Tuple): boolean {
    return this.keyIndexes.every((index) => a[index] === b[index]);
  }

  /** Whether all is the same that the mapping reads; of two whole rows. */
  sameInputs(a: Tuple, b: Tuple): boolean {
    return this.#inputs.every(({ index }) => a[index] === b[index]);
  }

  /** Inputs that the row does not carry. */
  absentOf(row: Tuple): string {
    let absent = '';
    for (const { name, index } of this.#inputs) if (row[index] === undefined) absent += `${name}\0`;
    return absent;
  }

  /** Outputs that can be computed without `absent`. Throws if one can be computed only in part. */
  computable(outputs: Output[], absent: string): Output[] {
    if (absent === '') return outputs;
    const missing = new Set(absent.split('\0'));
    return outputs.filter((output) => {
      const lacking = output.inputs.filter((input) => missing.has(input));
      if (lacking.length > 0 && lacking.length < output.inputs.length)
        throw new ReplicationError('TOAST_ABSENT', {
          table: this.sourceName,
          column: output.column,
          absent: lacking.join(', '),
        });
      return lacking.length === 0;
    });
  }

  /** The row by column names, as text, of what the stream carries. */
  toRecord(row: Tuple): Record<string, string | null> {
    const record: Record<string, string | null> = {};
    for (const [name, index] of this.#indexes) {
      const value = row[index];
      if (value !== undefined) record[name] = value;
    }
    return record;
  }

  keyRecord(row: Tuple): Record<string, string | null> {
    return Object.fromEntries(
      this.plan.sourceKey.map((name, at) => [name, row[this.keyIndexes[at]!] ?? null]),
    );
  }

  insert(): BoundStatement {
    return this.#bind('insert', () => insertStatement(this.plan, false));
  }

  /** Of rows that the service may have made already; see `upsertStatement`. */
  upsert(ownedByService: string, force: boolean): BoundStatement {
    return this.#bind(`upsert ${force} ${ownedByService}`, () =>
      upsertStatement(this.plan, ownedByService, force),
    );
  }

  insertMissing(): BoundStatement {
    return this.#bind('insert missing', () => insertStatement(this.plan, true));
  }

  update(
    absent: string,
    options: { rekey?: boolean; sameOwner?: boolean; condition?: string | undefined } = {},
  ): BoundStatement {
    const name = `update ${options.rekey ? 'r' : ''}${options.sameOwner ? 'o' : ''} ${absent} ${options.condition ?? ''}`;
    return this.#bind(name, () => {
      const outputs = this.computable(this.plan.updates, absent);
      return updateStatement(this.plan, outputs, options);
    });
  }

  updateForwardOnly(absent: string): BoundStatement {
    return this.#bind(`forward only ${absent}`, () =>
      updateStatement(this.plan, this.computable(this.plan.forwardOnly, absent)),
    );
  }

  /** Of a reverse link: announces to the service what the monolith's own columns are of rows that were inserted. */
  announce(): BoundStatement | undefined {
    return this.plan.announces.length === 0
      ? undefined
      : this.#bind('announce', () => announceStatement(this.plan));
  }

  /** Sets what was announced. */
  setAnnounced(): BoundStatement {
    return this.#bind('announced', () =>
      updateStatement(this.plan, this.plan.announced, { changedOnly: true }),
    );
  }

  /** Updates what depends on `columns`, and keys if `rekey`. */
  carried(columns: ReadonlySet<string>, absent: string, rekey: boolean): BoundStatement {
    return this.#bind(`carried ${rekey ? 'r' : ''}${[...columns].join('\0')} ${absent}`, () => {
      const concerned = this.plan.updates.filter((output) => output.inputs.some((name) => columns.has(name)));
      return updateStatement(this.plan, this.computable(concerned, absent), { rekey });
    });
  }

  /** Deletes rows by key if a row that they would be deleted with is not there. */
  deleteOrphan(): BoundStatement {
    return this.delete(orphanCondition(this.plan.target));
  }

  /** For each foreign key that a change may lead elsewhere: how many of its values lead nowhere; the others' rows are locked. */
  missingParents(kind: ParentsOf, absent: string): { parent: Parent; statement: BoundStatement }[] {
    return this.#parents(kind, absent).map(({ parent, statement }) => ({
      parent,
      statement: this.#bind(`parent ${parent.constraint} ${kind} ${absent}`, () => statement),
    }));
  }

  /** The same for whoever does not wait for the answer: they fail if a parent is missing. */
  demandParents(kind: ParentsOf, absent: string): BoundStatement[] {
    return this.#parents(kind, absent).map(({ parent, statement }) =>
      this.#bind(`demand ${parent.constraint} ${kind} ${absent}`, () => demandNone(statement)),
    );
  }

  #parents(kind: ParentsOf, absent: string): OfParent[] {
    const { plan } = this;
    if (plan.parents.length === 0) return [];
    const name = `${kind} ${absent}`;
    const known = this.#ofParents.get(name);
    if (known) return known;
    const outputs = kind === 'insert' ? plan.inserts : this.computable(plan.updates, absent);
    const compare = kind === 'insert' ? undefined : { rekey: kind === 'rekey' };
    const all = plan.parents.flatMap((parent) => {
      const statement = missingParentsStatement(plan, parent, outputs, compare);
      return statement ? [{ parent, statement }] : [];
    });
    this.#ofParents.set(name, all);
    return all;
  }

  unset(parent: Parent): BoundStatement {
    return this.#bind(`unset ${parent.constraint}`, () => unsetStatement(this.plan, parent));
  }

  moveAside(columns: string): BoundStatement {
    return this.#bind('move aside', () => moveAsideStatement(this.plan, columns));
  }

  updateAside(absent: string): BoundStatement {
    return this.#bind(`update aside ${absent}`, () =>
      updateStatement({ ...this.plan, targetName: ASIDE }, this.computable(this.plan.updates, absent)),
    );
  }

  delete(condition?: string): BoundStatement {
    return this.#bind(`delete ${condition ?? ''}`, () => deleteStatement(this.plan, condition));
  }

  countDiffering(absent: string): BoundStatement {
    return this.#bind(`differing ${absent}`, () =>
      differingStatement(this.plan, this.computable(this.plan.updates, absent)),
    );
  }

  select(): BoundStatement {
    return this.#bind('select', () => selectStatement(this.plan));
  }

  images(): BoundStatement {
    return this.#bind('images', () => imagesStatement(this.plan));
  }

  parameters(statement: BoundStatement, rows: readonly Tuple[], olds: readonly Tuple[]): Buffer[] {
    return statement.params.map(({ index, old }) => {
      const source = old ? olds : rows;
      return encodeTextArray(source.length, (at) => source[at]![index]);
    });
  }

  #bind(name: string, make: () => Statement): BoundStatement {
    let bound = this.#statements.get(name);
    if (!bound) {
      const { text, params } = make();
      bound = {
        name: `banyan_${this.id}_${this.#statements.size}`,
        text,
        params: params.map(({ column, old }) => ({ index: this.indexOf(column), old: old ?? false })),
      };
      this.#statements.set(name, bound);
    }
    return bound;
  }
}

let nextId = 1;

/** SQL over the row `t` of a table. */
function orphanCondition(table: Table): string {
  const gone = table.cascadesFrom.map(({ parent, columns, referenced }) => {
    const set = columns.map((column) => `t.${quoteIdent(column)} IS NOT NULL`);
    const same = columns.map((column, at) => `p.${quoteIdent(referenced[at]!)} = t.${quoteIdent(column)}`);
    return `(${set.join(' AND ')} AND NOT EXISTS (SELECT FROM ${parent} AS p WHERE ${same.join(' AND ')}))`;
  });
  return `(${gone.join(' OR ')})`;
}
