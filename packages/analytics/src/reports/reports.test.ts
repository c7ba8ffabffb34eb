import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { csvOf } from './csv.ts';
import { pdfOf } from './pdf.ts';

/** As RFC 4180 says. */
function read(text: string): string[][] {
  const rows: string[][] = [];
  let [row, cell, quoted]: [string[], string, boolean] = [[], '', false];
  for (let at = 0; at < text.length; at++) {
    const one = text[at]!;
    if (quoted && one === '"' && text[at + 1] === '"') cell += text[++at];
    else if (one === '"') quoted = !quoted;
    else if (!quoted && one === ',') [row, cell] = [[...row, cell], ''];
    else if (!quoted && one === '\r' && text[at + 1] === '\n') {
      rows.push([...row, cell]);
      [row, cell] = [[], ''];
      at++;
    } else cell += one;
  }
  return rows;
}

it('a table is read again as it was, and no cell of text is a formula', () => {
  const plain = (text: string) => text.replace(/^'(?=[=+\-@\t\r])|(?<=;)'(?=[=+\-@])/g, '');
  const cell = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('A;=1+1', '=1+1', '+49', '-2', '@a', '\t=1', 'a,b', 'a"b', 'a\r\nb', ''),
  );
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 }), (rows) => {
      const again = read(csvOf(rows));
      assert.deepEqual(
        again.map((row) => row.map(plain)),
        rows.map((row) => row.map(plain)),
      );
      for (const one of again.flat()) assert.doesNotMatch(one, /^[=+\-@\t\r]|;[=+\-@]/);
    }),
    { seed: 1 },
  );
  assert.equal(csvOf([['a', 1, true, null]]), 'a,1,true,\r\n');
});

it('a report to print is a PDF with text, of characters of any script', async () => {
  const lines = Array.from({ length: 120 }, (_, n) => `${n}: Engineer, 李 & Søn, applied`);
  const bars = [{ label: '李, 2026-11-02', count: 3 }];
  const printed = {
    title: 'A report',
    sections: [
      { heading: 'Weeks', bars },
      { heading: 'All', lines },
    ],
  };
  const pdf = await pdfOf(printed, new Date('2026-11-20T10:00:00Z'));
  assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
  assert.match(pdf.toString('latin1'), /\/Helvetica/);
  assert.match(pdf.toString('latin1'), /\/Count [2-9]/);
});
