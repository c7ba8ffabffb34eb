import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import type { Calculated } from '../overview/overview.ts';
import type { Product } from '../products/products.ts';

/** What data products of any system are: named once, and what their schema says. `sources`: of somebody, and of all. */
export function productsContract<Own extends object, All extends Calculated>(
  products: readonly Product<Own, All>[],
  sources: Own & { overview: All | null },
): void {
  describe('a data product', () => {
    it('is what its schema says, each of them', () => {
      for (const { name, schema, read } of products) {
        const data = read(sources);
        assert.deepEqual([...Value.Errors(schema as TSchema, data)], [], name);
      }
    });

    it('has a name and a version that no other one has', () => {
      const ids = products.map(({ name, version }) => `${name} ${version}`);
      assert.equal(new Set(ids).size, ids.length);
    });
  });
}
