import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Type } from 'typebox';
import { flag, optional, record, required, whole } from './fields.ts';
import { filled } from './filled.ts';

const number = () => whole(0, 100, 'a number', '1');
const Record = record(
  {
    name: required('Its name.', Type.String()),
    size: optional('Its size.', number(), { default: 7 }),
    on: optional('Whether it is on.', flag(), { default: true }),
    shares: optional('Its shares.', Type.Array(Type.Integer()), { default: [1, 2] }),
    nothing: optional('Perhaps nothing.', Type.Union([Type.Integer(), Type.Null()]), { default: 3 }),
    more: optional('More.', number(), { otherwise: 'none' }),
  },
  'a record',
);

test('what is given counts, what is left out or undefined has the default of the schema, and no default is shared', () => {
  const given = fc.record(
    {
      size: fc.option(fc.integer(), { nil: undefined }),
      on: fc.option(fc.boolean(), { nil: undefined }),
      nothing: fc.constantFrom(null, undefined, 5),
      more: fc.option(fc.integer(), { nil: undefined }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(given, (some) => {
      const { size, on, nothing, more, shares } = filled(Record, { name: 'a', ...some } as never);
      assert.deepEqual(
        { size, on, nothing, more },
        {
          size: some.size ?? 7,
          on: some.on ?? true,
          nothing: some.nothing === undefined ? 3 : some.nothing,
          more: some.more,
        },
      );
      shares.push(9);
    }),
  );
  assert.deepEqual(filled(Record, { name: 'a' }), {
    name: 'a',
    size: 7,
    on: true,
    shares: [1, 2],
    nothing: 3,
  });
});
