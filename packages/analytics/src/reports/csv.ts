/** Tables as RFC 4180 has them. Pure. */

export type Cell = string | number | boolean | null;

export function csvOf(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(cellOf).join(',')}\r\n`).join('');
}

/**
 * Text that a spreadsheet would take for a formula begins with an apostrophe: what a company calls itself computes nothing. Where commas are
 * decimal points a spreadsheet parts cells by semicolons, whatever is quoted, so what follows one may be a cell too.
 */
function cellOf(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const text = (FORMULA.test(cell) ? `'${cell}` : cell).replace(INNER_FORMULA, "$&'");
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const FORMULA = /^[=+\-@\t\r]/;
const INNER_FORMULA = /;(?=[=+\-@])/g;
const NEEDS_QUOTES = /[",\r\n]/;
