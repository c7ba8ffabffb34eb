import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elsewhere, previewOf, sizeOf } from './documents.ts';

test('a document elsewhere is a page of the web, and no script', () => {
  assert.equal(elsewhere('https://files.example/cv.pdf'), 'https://files.example/cv.pdf');
  for (const url of ['javascript:alert(1)', 'data:text/html,hello', 'cv.pdf', ''])
    assert.equal(elsewhere(url), null);
});

test('what could be a page is looked at by nobody', () => {
  assert.equal(previewOf('application/pdf'), 'pdf');
  assert.equal(previewOf('image/png'), 'picture');
  for (const type of ['text/html', 'image/svg+xml', 'application/xhtml+xml', ''])
    assert.equal(previewOf(type), null);
});

test('sizes are told in the unit that is read most easily', () => {
  assert.deepEqual(sizeOf(999), { value: 999, unit: 'byte' });
  assert.deepEqual(sizeOf(84_312), { value: 82, unit: 'kilobyte' });
  assert.deepEqual(sizeOf(2_345_678), { value: 2.2, unit: 'megabyte' });
});
