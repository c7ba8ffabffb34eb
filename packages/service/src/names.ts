/** A full name as two parts. */
export type Name = { firstName: string; lastName: string | null };

/**
 * At the first space and nowhere else, so that `joinName` gives back exactly what was given, double spaces too: as `split` of a plan does it with
 * a column.
 */
export function splitName(fullName: string): Name {
  const at = fullName.indexOf(' ');
  return at < 0
    ? { firstName: fullName, lastName: null }
    : { firstName: fullName.slice(0, at), lastName: fullName.slice(at + 1) };
}

export function joinName({ firstName, lastName }: Name): string {
  return lastName === null ? firstName : `${firstName} ${lastName}`;
}
