/** A number as the API takes it (E.164, `+4915112345678`) of how people write it: with blanks, hyphens, brackets, `00` for the plus. Null: it is none, or has no country. */
export function phoneNumberIn(typed: string): string | null {
  const number = typed.replaceAll(/\(0\)|[\s()./-]/g, '').replace(/^00/, '+');
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : null;
}
