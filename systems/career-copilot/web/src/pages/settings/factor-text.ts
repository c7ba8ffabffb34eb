/** So many letters of a secret stand together: it is typed by hand. */
const GROUP = 4;

/** A secret as it is read: `ABCD-EFGH-…`. Apps for codes pass over what stands between. */
export function readable(secret: string): string {
  return (secret.match(new RegExp(`.{1,${GROUP}}`, 'g')) ?? []).join('-');
}

/** Codes for recovery as they are saved in a file or copied: one a line. */
export function codesAsText(codes: readonly string[]): string {
  return `${codes.join('\n')}\n`;
}
