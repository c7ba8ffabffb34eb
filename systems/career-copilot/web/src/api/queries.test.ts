import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { QueryClient } from '@tanstack/react-query';
import fc from 'fast-check';
import { createOptimism, type Shown } from './optimistic.ts';
import { areaOf, forgetWithUser, keyOf, nextPage } from './queries.ts';

describe('what is expected of a write', () => {
  it('is shown, and all that was refused is gone, whatever the order of the answers', () => {
    const step = fc.oneof(
      fc.record({ is: fc.constant('begin' as const), add: fc.integer() }),
      fc.record({ is: fc.constantFrom('keep' as const, 'takeBack' as const), which: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const client = new QueryClient();
        client.setQueryData(['list'], []);
        const show = createOptimism(client);
        let pending: { shown: Shown; at: number }[] = [];
        /** What must be seen: what was begun and not refused, in that order. */
        let model: { add: number; at: number }[] = [];
        for (const [at, each] of steps.entries()) {
          if (each.is === 'begin') {
            const { add } = each;
            pending.push({
              shown: show([{ key: ['list'], change: (list: number[]) => [...list, add] }]),
              at,
            });
            model.push({ add, at });
          } else if (pending.length > 0) {
            const one = pending[each.which % pending.length]!;
            pending = pending.filter((other) => other !== one);
            one.shown[each.is]();
            if (each.is === 'takeBack') model = model.filter((other) => other.at !== one.at);
          }
          assert.deepEqual(
            client.getQueryData(['list']),
            model.map(({ add }) => add),
          );
        }
      }),
    );
  });

  it('changes nothing that was never read', () => {
    const client = new QueryClient();
    createOptimism(client)([{ key: ['nothing'], change: () => 1 }]).takeBack();
    assert.equal(client.getQueryData(['nothing']), undefined);
  });
});

describe('what is read', () => {
  it('is kept by the area of its path', () => {
    assert.equal(areaOf('GET /api/v2/applications/{id}'), 'applications');
    assert.deepEqual(keyOf('GET /api/v1/jobs/{id}', { params: { path: { id: 1 } } }), [
      'jobs',
      'GET /api/v1/jobs/{id}',
      { params: { path: { id: 1 } } },
    ]);
  });

  it('goes on by cursor or by number, to the last page', () => {
    assert.deepEqual(nextPage({ items: [], next_cursor: 'c' }), { cursor: 'c' });
    assert.equal(nextPage({ items: [], next_cursor: null }), undefined);
    assert.deepEqual(nextPage({ jobs: [], page: 1, total_pages: 3 }), { page: 2 });
    assert.equal(nextPage({ jobs: [], page: 3, total_pages: 3 }), undefined);
    assert.equal(nextPage({ jobs: [], page: 1, total_pages: 0 }), undefined);
    assert.deepEqual(nextPage({ page: 1, total_pages: 3, next_cursor: 'c' }), { cursor: 'c' });
  });

  it('is forgotten with its user, and kept while the same one comes again', () => {
    type State = ReturnType<Parameters<typeof forgetWithUser>[1]['state']>;
    let state: State = { status: 'starting' };
    let listener = () => {};
    const client = new QueryClient();
    let told = 0;
    forgetWithUser(
      client,
      {
        state: () => state,
        subscribe: (each) => {
          listener = each;
          return () => {};
        },
      },
      () => told++,
    );
    const become = (next: State) => {
      state = next;
      listener();
      const isKept = client.getQueryData(['mine']) !== undefined;
      client.setQueryData(['mine'], 1);
      return isKept;
    };
    const as = (id: number): State => ({ status: 'in', user: { id } });
    client.setQueryData(['mine'], 1);
    assert.ok(become(as(1)));
    assert.ok(become({ status: 'out', reason: 'ended' }));
    assert.ok(become(as(1)));
    assert.equal(become(as(2)), false);
    assert.equal(become({ status: 'out', reason: 'logged-out' }), false);
    assert.equal(told, 3);
  });
});
