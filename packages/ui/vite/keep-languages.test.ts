import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLeftOut } from './keep-languages.ts';

const importer = '/app/node_modules/react-aria/dist/intl/dnd/intlStrings.mjs';

test('words of other languages are left out of the pages, and nothing but those', () => {
  const kept = ['en', 'de'];
  assert.equal(isLeftOut('./ar-AE.mjs', importer, kept), true);
  assert.equal(isLeftOut('./de-DE.mjs', importer, kept), false);
  assert.equal(isLeftOut('./en-US.mjs', importer, kept), false);
  assert.equal(isLeftOut('./useDrag.mjs', importer, kept), false);
  assert.equal(isLeftOut('./ar-AE.mjs', '/app/src/messages.ts', kept), false);
  assert.equal(isLeftOut('./ar-AE.mjs', undefined, kept), false);
});
