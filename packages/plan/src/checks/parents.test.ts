import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { aPlan, aService, aTable } from '../testing/plans.ts';
import type { TableMapping } from '../types.ts';
import { validatePlan } from './validate.ts';

const child = (name: string, table: string, change: Partial<TableMapping> = {}) =>
  aTable(name, ['parent_id'], { owner: { by: 'parent', table, column: 'parent_id' }, ...change });

const problemsOf = (tables: TableMapping[]) =>
  validatePlan(aPlan({ services: { applications: aService('applications', { tables }) } })).errors.map(
    ({ path, message, hint }) => `${path} ${message}; ${hint}`,
  );

describe('rows that belong to a row', () => {
  test('are the key’s to whom the row at the end of the way belongs', () => {
    assert.deepEqual(
      problemsOf([
        aTable('applications', []),
        child('notes', 'applications'),
        child('pages', 'public.notes'),
      ]),
      [],
    );
  });

  test('are refused where no key would own them, with the reason and a hint', () => {
    const [unknown] = problemsOf([aTable('applications', []), child('notes', 'aplications')]);
    assert.match(
      unknown!,
      /^services\.applications\.tables\[1\]\.owner\.table .*not a table that this service maps.*did you mean 'public\.applications'/,
    );
    const [oneWriter] = problemsOf([
      aTable('applications', [], { owner: { by: 'writer' } }),
      child('notes', 'applications'),
    ]);
    assert.match(oneWriter!, /public\.applications has one writer/);
    const [severalColumns] = problemsOf([
      aTable('applications', ['user_id'], {
        legacy: { schema: 'public', table: 'applications', key: ['id', 'user_id'] },
        service: { schema: 'public', table: 'applications', key: ['id', 'user_id'] },
      }),
      child('notes', 'applications'),
    ]);
    assert.match(severalColumns!, /a key of several columns \(id, user_id\)/);
    assert.match(
      problemsOf([child('notes', 'pages'), child('pages', 'notes')])[0]!,
      /leads back to itself \(public\.notes → public\.pages → public\.notes\)/,
    );
    assert.match(problemsOf([child('notes', 'notes')])[0]!, /leads back to itself/);
  });

  test('are accepted exactly if each of them has a key at the end, however they refer to one another', () => {
    const names = ['a', 'b', 'c', 'd'];
    const owners = fc.array(fc.constantFrom(...names, 'key'), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(owners, (parents) => {
        const tables = names.map((name, index) =>
          parents[index] === 'key' ? aTable(name, ['parent_id']) : child(name, parents[index]!),
        );
        const ends = (index: number, steps = 0): boolean =>
          parents[index] === 'key' || (steps < 4 && ends(names.indexOf(parents[index]!), steps + 1));
        assert.equal(
          problemsOf(tables).length === 0,
          names.every((_, index) => ends(index)),
        );
      }),
    );
  });
});
