import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolvePlan } from '@banyan/plan';
import { aPlan } from '@banyan/plan/testing';
import { guessOf, guessOwners } from './ownership.ts';
import { assumedTable, type TakenTable } from './table.ts';

const { services } = resolvePlan(aPlan());

/** A table of the columns `id` and those of its references. */
function aTable(name: string, references: Record<string, string> = {}): TakenTable {
  const [id] = assumedTable({ schema: 'public', name }).columns;
  const columns = Object.keys(references).map((column) => ({ ...id!, name: column, sql: column }));
  return {
    ...assumedTable({ schema: 'public', name }),
    columns: [id!, ...columns],
    references: Object.entries(references)
      .filter(([, table]) => table !== '')
      .map(([column, table]) => ({ column, table: `public.${table}`, referenced: 'id' })),
  };
}

const guess = (...tables: TakenTable[]) => guessOwners(tables, {}).map(guessOf);

describe('whose rows are, is guessed', () => {
  it('by what refers to people, before what refers to another of the tables', () => {
    assert.deepEqual(
      guess(
        aTable('orders', { customer_id: 'customers' }),
        aTable('files', { order_id: 'orders', by: 'users' }),
      ),
      [
        'rows of orders are owned by customer_id: customer_id refers to customers',
        'rows of files are owned by by: by refers to users',
      ],
    );
  });

  it('by the name of a column, where no foreign key says so', () => {
    assert.deepEqual(guess(aTable('carts', { account_id: '' })), [
      'rows of carts are owned by account_id: a column is called account_id',
    ]);
  });

  it('of people themselves, by their own key', () => {
    assert.deepEqual(guess(aTable('users')), ['rows of users are owned by id: a row of users is a person']);
  });

  it('by the row that they belong to, over as many tables as it takes and in any order', () => {
    assert.deepEqual(
      guess(
        aTable('stamps', { line_id: 'lines' }),
        aTable('lines', { order_id: 'orders' }),
        aTable('orders', { user_id: 'users' }),
      ).map((each) => each.split(':')[0]),
      [
        'rows of stamps belong to lines',
        'rows of lines belong to orders',
        'rows of orders are owned by user_id',
      ],
    );
  });

  it('as nobody’s, where they lead to nobody, or only to themselves', () => {
    const nobody = 'have one writer: no column says whose a row is';
    assert.deepEqual(
      guess(
        aTable('jobs', { company_id: 'companies' }),
        aTable('companies'),
        aTable('trees', { up: 'trees' }),
      ),
      [`rows of jobs ${nobody}`, `rows of companies ${nobody}`, `rows of trees ${nobody}`],
    );
  });

  it('beside what the plan says already: who makes the rows, and who changes which columns', () => {
    const [mapping] = services.auth!.tables;
    const [table] = guessOwners(
      [{ ...aTable(mapping!.legacy.table), schema: mapping!.legacy.schema }],
      services,
    );
    assert.equal(table!.rowsOf, 'auth');
    assert.ok(table!.taken.length > 0);
    assert.ok(!table!.taken.includes('id'));
  });
});
