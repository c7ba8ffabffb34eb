/** So many letters of a code stand together: it is copied by hand from paper. */
const GROUP = 4;

/** A code as it is read: `ABCD-EFGH-…`. The API passes over what stands between. */
export function readable(code: string): string {
  return (code.match(new RegExp(`.{1,${GROUP}}`, 'g')) ?? []).join('-');
}

/** What is saved as a file or copied: a code a line. */
export function codesAsText(codes: readonly string[]): string {
  return `${codes.map(readable).join('\n')}\n`;
}
