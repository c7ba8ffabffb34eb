import assert from 'node:assert/strict';
import { it } from 'node:test';
import { cataloguePage } from '@banyan/analytics/testing';
import { assertAccessible, inChromium } from '@banyan/ui/testing';
import { PRODUCTS } from './services/analytics/products/products.ts';

inChromium('the catalogue of data products', ({ person }) => {
  it('is a page for everybody, with the schemas shown, on a wide screen and on a telephone', async () => {
    const kept = { promise_seconds: 60, age_seconds: 5, kept: true, complete_since: '2026-11-27T00:00:00Z' };
    const entries = PRODUCTS.map((product, index) => ({
      product,
      freshness: index === 0 ? { ...kept, age_seconds: 61, kept: false } : kept,
    }));
    for (const width of [1_280, 320]) {
      const page = await (await person({ origin: 'http://127.0.0.1', width })).tab();
      await page.setContent(cataloguePage('Career Copilot', entries, '/api/v1/analytics/products'));
      for (const details of await page.locator('details').all()) await details.locator('summary').click();
      await assertAccessible(page);
      const shown = await page.evaluate('document.documentElement.scrollWidth');
      assert.ok(Number(shown) <= width, `${shown} pixels wide on ${width}`);
    }
  });
});
