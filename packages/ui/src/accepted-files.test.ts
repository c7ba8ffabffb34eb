import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptedFiles } from './accepted-files.ts';

const pdf = { name: 'Résumé.PDF', type: 'application/pdf', size: 1000 };
const docx = { name: 'resume.docx', type: '', size: 2000 };
const picture = { name: 'me.png', type: 'image/png', size: 3000 };

test('a file is taken by its media type, a pattern of it, or its ending where the system knows no type', () => {
  assert.deepEqual(
    acceptedFiles([pdf, docx, picture], { accept: ['application/pdf', '.docx'], allowsMultiple: true }),
    {
      accepted: [pdf, docx],
      refused: [picture],
    },
  );
  assert.deepEqual(acceptedFiles([picture, pdf], { accept: ['image/*'] }).accepted, [picture]);
});

test('what is too large is refused, and so is all but the first where one is asked for', () => {
  assert.deepEqual(
    acceptedFiles([pdf, docx], { accept: ['.pdf', '.docx'], maxBytes: 1000, allowsMultiple: true }).refused,
    [docx],
  );
  assert.deepEqual(acceptedFiles([docx, pdf], { accept: ['.pdf', '.docx'] }), {
    accepted: [docx],
    refused: [pdf],
  });
});
