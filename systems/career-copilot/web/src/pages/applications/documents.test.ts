import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elsewhere } from './documents.ts';

test('a document elsewhere is a page of the web, and no script', () => {
  assert.equal(elsewhere('https://files.example/cv.pdf'), 'https://files.example/cv.pdf');
  for (const url of ['javascript:alert(1)', 'data:text/html,hello', 'cv.pdf', ''])
    assert.equal(elsewhere(url), null);
});
