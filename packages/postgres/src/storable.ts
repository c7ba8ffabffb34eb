/**
 * The first `longest` UTF-16 units of `text` (default: all) without what PostgreSQL does not keep, which a stranger's may well have: NUL, and
 * halves of surrogate pairs (U+FFFD in their place).
 */
export function storableText(text: string, longest?: number): string {
  return text.replaceAll('\0', '').slice(0, longest).toWellFormed();
}
