import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { resolvePlan } from '../resolve/resolve.ts';
import { aPlan, aService, aTable } from '../testing/plans.ts';
import type { Plan, TableMapping } from '../types.ts';
import { validatePlan } from './validate.ts';

type Where = TableMapping['where'];

const notices = (where: Where, change: Partial<TableMapping> = {}) =>
  aTable('notices', ['source', 'body'], { ...(where ? { where } : {}), ...change });

/** Services `jobs`, `mail`, … which take over rows of `notices`. */
function planOf(...tables: TableMapping[]): Plan {
  const names = ['jobs', 'mail', 'bills'];
  const services = tables.map((table, index) => [
    names[index]!,
    aService(names[index]!, { tables: [table], url: `http://127.0.0.1:${4_001 + index}` }),
  ]);
  return aPlan({ services: Object.fromEntries(services) });
}

const problemsOf = (plan: Plan) =>
  validatePlan(plan).errors.map(({ path, message, hint }) => `${path} ${message}; ${hint}`);

describe('rows that two services insert', () => {
  const jobs = { column: 'source', in: ['jobs', 'reports'] };
  const mail = { column: 'source', in: ['mail'] };

  test('are told apart by a column, and each service has its own', () => {
    const plan = planOf(notices(jobs), notices(mail));
    assert.deepEqual(problemsOf(plan), []);
    const { services } = resolvePlan(plan);
    assert.deepEqual(services.mail!.tables[0]!.where, mail);
  });

  test('are refused if a row could be of both, with the values that are named twice', () => {
    const [twice] = problemsOf(planOf(notices(jobs), notices({ column: 'source', in: ['mail', 'jobs'] })));
    assert.match(
      twice!,
      /^services\.mail\.tables\[0\]\.where\.in 'jobs': services\.jobs\.tables\[0\] has these rows/,
    );
    const [columns] = problemsOf(planOf(notices(jobs), notices({ column: 'body', in: ['x'] })));
    assert.match(columns!, /^services\.mail\.tables\[0\]\.where\.column .*tell them by the same column/);
    const [all] = problemsOf(planOf(notices(jobs), notices(undefined)));
    assert.match(
      all!,
      /^services\.mail\.tables\[0\]\.rows .*owned by services\.jobs\.tables\[0\] already.*where/,
    );
  });

  test('are accepted exactly if no value is of two services', () => {
    const some = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(some, { minLength: 2, maxLength: 3 }), (sets) => {
        const plan = planOf(...sets.map((values) => notices({ column: 'source', in: values })));
        const disjoint = new Set(sets.flat()).size === sets.flat().length;
        assert.equal(problemsOf(plan).length === 0, disjoint);
      }),
    );
  });

  test('are refused where nothing could keep them apart, with the reason', () => {
    const unlocked = planOf(notices(jobs));
    unlocked.monolith.writeLocks = false;
    assert.match(problemsOf(unlocked)[0]!, /^services\.jobs\.tables\[0\]\.where .*without write locks/);
    const [foreign] = problemsOf(planOf(notices(jobs, { rows: 'foreign' })));
    assert.match(foreign!, /does not go with rows: 'foreign'/);
    const [unmapped] = problemsOf(planOf(notices({ column: 'kind', in: ['x'] })));
    assert.match(unmapped!, /column kind of where must be mapped/);
    const [none] = problemsOf(planOf(notices({ column: 'source', in: [] })));
    assert.match(none!, /^services\.jobs\.tables\[0\]\.where\.in/);
  });

  test('leave nobody to own what belongs to the others of them', () => {
    const files = aTable('files', ['notice_id'], {
      owner: { by: 'parent', table: 'notices', column: 'notice_id' },
    });
    const plan = planOf(notices(jobs));
    plan.services.jobs!.tables!.push(files);
    assert.match(problemsOf(plan)[0]!, /\.owner\.table .*some rows of public\.notices only/);
  });
});
