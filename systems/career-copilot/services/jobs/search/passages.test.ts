import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { passagesOf } from './passages.ts';

const filler = (words: number) => Array.from({ length: words }, () => 'lorem').join(' ');

it('passages lie around the words that were found, whole words only', () => {
  const text = `${filler(100)} You lead companies. ${filler(100)} A second company is yours. ${filler(100)} A third company.`;
  const passages = passagesOf(text, ['compani']).split(' … ');
  assert.equal(passages.length, 2);
  assert.match(passages[0]!, /^(lorem )+You lead companies\. (lorem ?)+$/);
  assert.match(passages[1]!, /^(lorem )+A second company is yours\. (lorem ?)+$/);
});

it('a text without them is shown from its begin, a short one whole', () => {
  assert.equal(passagesOf('Work beside an engineer.', ['engin']), 'Work beside an engineer.');
  assert.match(passagesOf(`Begin ${filler(100)}`, ['nothing']), /^Begin (lorem ?)+$/);
  assert.equal(passagesOf('', ['a']), '');
});

it('stems are text, whatever signs they have, and passages are short pieces of the text', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2_000 }), fc.array(fc.string({ minLength: 1 })), (text, stems) => {
      for (const passage of passagesOf(text, stems).split(' … ')) assert.ok(text.includes(passage));
    }),
  );
});
