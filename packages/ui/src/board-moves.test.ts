import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BoardColumn, cardsToMove, moveCards, planMove } from './board-moves.ts';

const board = (layout: Record<string, string>): BoardColumn<{ id: string }>[] =>
  Object.entries(layout).map(([id, cards]) => ({
    id,
    title: id,
    cards: [...cards].map((card) => ({ id: card })),
  }));
const layoutOf = (columns: readonly BoardColumn<{ id: string }>[]): Record<string, string> =>
  Object.fromEntries(columns.map((column) => [column.id, column.cards.map((card) => card.id).join('')]));

test('cards come to the front of their new column in the order in which they stood', () => {
  const columns = board({ saved: 'abc', applied: 'de', offer: '' });
  const move = planMove(columns, new Set(['e', 'c', 'a']), { column: 'offer' });
  assert.deepEqual(move, {
    cards: ['a', 'c', 'e'],
    target: { column: 'offer' },
    from: { a: 'saved', c: 'saved', e: 'applied' },
  });
  assert.deepEqual(layoutOf(moveCards(columns, move!)), { saved: 'b', applied: 'd', offer: 'ace' });
});

test('beside a card, they stand before or after it, also if it moves itself', () => {
  const columns = board({ saved: 'ab', applied: 'cde' });
  const beside = (card: string, position: 'before' | 'after') => ({
    column: 'applied',
    beside: { card, position },
  });
  assert.equal(layoutOf(moveCards(columns, { cards: ['a'], target: beside('d', 'before') })).applied, 'cade');
  assert.equal(layoutOf(moveCards(columns, { cards: ['a'], target: beside('d', 'after') })).applied, 'cdae');
  assert.equal(
    layoutOf(moveCards(columns, { cards: ['c', 'd'], target: beside('d', 'after') })).applied,
    'cde',
  );
  assert.equal(layoutOf(moveCards(columns, { cards: ['c'], target: beside('e', 'after') })).applied, 'dec');
});

test('without an order, what is in the column already is no move', () => {
  const columns = board({ saved: 'ab', applied: 'c' });
  assert.equal(planMove(columns, new Set(['b']), { column: 'saved' }), null);
  assert.deepEqual(planMove(columns, new Set(['b']), { column: 'saved' }, { isOrdered: true })?.cards, ['b']);
  assert.deepEqual(planMove(columns, new Set(['b', 'c']), { column: 'applied' })?.cards, ['b']);
});

test('a card that may not go there stays, the others go', () => {
  const columns = board({ saved: 'ab', rejected: '' });
  const canMove = (card: { id: string }): boolean => card.id !== 'a';
  assert.deepEqual(planMove(columns, new Set(['a', 'b']), { column: 'rejected' }, { canMove })?.cards, ['b']);
  assert.equal(planMove(columns, new Set(['a']), { column: 'rejected' }, { canMove }), null);
});

test('a chosen card takes all that is chosen with it, another goes alone', () => {
  assert.deepEqual([...cardsToMove(new Set(['a', 'b']), ['b'])].sort(), ['a', 'b']);
  assert.deepEqual([...cardsToMove(new Set(['a', 'b']), ['c'])], ['c']);
});

test('no move loses, doubles or invents a card, or changes the order of those that stay', () => {
  const boards = fc
    .uniqueArray(fc.integer({ min: 0, max: 30 }).map(String), { maxLength: 12 })
    .chain((cards) =>
      fc
        .tuple(
          fc.array(fc.integer({ min: 0, max: 2 }), { minLength: cards.length, maxLength: cards.length }),
          fc.subarray(cards),
          fc.constantFrom('0', '1', '2', 'gone'),
          fc.option(
            fc.record({
              card: fc.constantFrom(...cards, 'none'),
              position: fc.constantFrom('before', 'after'),
            }),
          ),
        )
        .map(([places, moving, column, beside]) => ({
          columns: ['0', '1', '2'].map((id) => ({
            id,
            title: id,
            cards: cards.filter((_, at) => String(places[at]) === id).map((card) => ({ id: card })),
          })),
          moving: new Set([...moving, 'unknown']),
          target: { column, ...(beside && { beside }) },
        })),
    );
  fc.assert(
    fc.property(boards, ({ columns, moving, target }) => {
      const move = planMove(columns, moving, target as never, { isOrdered: true });
      const after = move ? moveCards(columns, move) : columns;
      const all = (some: readonly BoardColumn<{ id: string }>[]) =>
        some.flatMap((column) => column.cards.map(({ id }) => id));
      assert.deepEqual(all(after).sort(), all(columns).sort());
      for (const [at, column] of columns.entries()) {
        const staying = column.cards.filter(({ id }) => !moving.has(id));
        assert.deepEqual(
          after[at]!.cards.filter(({ id }) => staying.some((card) => card.id === id)),
          staying,
        );
      }
      if (move)
        for (const card of move.cards)
          assert.ok(after.find(({ id }) => id === target.column)!.cards.some(({ id }) => id === card));
    }),
  );
});
