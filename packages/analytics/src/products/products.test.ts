import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Type } from 'typebox';
import { cataloguePage } from './catalogue.ts';
import { freshnessOf, type Product } from './products.ts';

const NOW = Date.parse('2026-11-20T10:00:00Z');

type All = { calculatedAt: number; modelMadeAt: number };
const product = (changes: Partial<Product<object, All>> = {}): Product<object, All> => ({
  name: 'mine',
  version: 1,
  title: 'Mine',
  description: 'What is mine.',
  owner: 'Analytics',
  audience: 'own',
  schema: Type.Object({}),
  promiseSeconds: 60,
  read: () => ({}),
  ...changes,
});

describe('a data product', () => {
  it('keeps its promise while it is young enough, and not when nobody knows how old it is', () => {
    const ofAll = product({ audience: 'administrators', promiseSeconds: 120 });
    const overview = { calculatedAt: NOW - 500_000, modelMadeAt: NOW - 560_000 };
    const heardUntil = NOW - 5_000;
    const completeSince = new Date(NOW - 9_000);
    const known = { heardUntil, overview, completeSince };
    assert.deepEqual(freshnessOf(product(), known, NOW), {
      promise_seconds: 60,
      age_seconds: 5,
      kept: true,
      complete_since: completeSince.toISOString(),
    });
    assert.deepEqual(freshnessOf(ofAll, known, NOW), {
      promise_seconds: 120,
      age_seconds: 500,
      kept: false,
      complete_since: completeSince.toISOString(),
    });
    const model = product({ audience: 'users', madeAt: ({ modelMadeAt }) => modelMadeAt });
    assert.equal(freshnessOf(model, known, NOW).age_seconds, 560);
    assert.equal(freshnessOf(product(), { ...known, heardUntil: null }, NOW).kept, false);
    assert.equal(freshnessOf(ofAll, { ...known, overview: null }, NOW).kept, false);
  });

  it('is in a catalogue that asks for nothing from elsewhere, and says of a broken promise that it is', () => {
    const freshness = { promise_seconds: 60, age_seconds: 61, kept: false, complete_since: null };
    const entries = [1, 2].map((version) => ({
      product: product({ version, title: '<script>Mine' }),
      freshness,
    }));
    const page = cataloguePage('A & B', entries, '/api/v1/analytics/products');
    assert.match(page, /<h1>Data products of A &#38; B<\/h1>/);
    assert.doesNotMatch(page, /<script|https?:|src=|@import/);
    assert.equal(page.match(/The promise is broken/g)!.length, entries.length);
    for (const needed of ['<html lang="en">', '<main>', '<h1>']) assert.ok(page.includes(needed), needed);
  });
});
