import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { marked } from '../../../../services/jobs/search/marks.ts';
import { meantWords, piecesOf } from './marks.ts';

test('marks are told from text', () => {
  assert.deepEqual(piecesOf('Data <mark>engineer</mark> &#38; more'), [
    { text: 'Data ', isMarked: false },
    { text: 'engineer', isMarked: true },
    { text: ' & more', isMarked: false },
  ]);
  assert.deepEqual(piecesOf(''), []);
});

test('whatever a job says is shown as it stands', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const shown = piecesOf(marked(text))
        .map((piece) => piece.text)
        .join('');
      assert.equal(shown, text.replaceAll(/[\ue000\ue001]/g, ''));
    }),
  );
});

test('what was meant is what most jobs have, whatever its case', () => {
  const titles = ['<mark>Engineer</mark>', '<mark>engineer</mark>, <mark>Engine</mark>', 'none'];
  assert.deepEqual(meantWords(titles), ['engineer', 'engine']);
});
