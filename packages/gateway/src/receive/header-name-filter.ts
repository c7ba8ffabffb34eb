/**
 * Tells most header names that are none of `names` by their length and first letter, in any case: looking each of them
 * up would mean hashing a new string. True: it may be one of them. `family`: the first letter of names that are meant by
 * what they begin with, whatever their length.
 */
export function nameFilter(names: Iterable<string>, family = ''): (name: string) => boolean {
  const holes = new Uint8Array(LENGTHS * LETTERS);
  for (const name of names) holes[holeOf(name.length, name)] = 1;
  if (family !== '') for (let length = 0; length < LENGTHS; length++) holes[holeOf(length, family)] = 1;
  return (name) => holes[holeOf(name.length, name)] === 1;
}

/** Longer names share the holes of shorter ones, and other characters those of letters. */
const LENGTHS = 64;
const LETTERS = 32;

function holeOf(length: number, name: string): number {
  return (length % LENGTHS) * LETTERS + (name.charCodeAt(0) & (LETTERS - 1));
}
