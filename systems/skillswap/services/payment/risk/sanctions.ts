import { readFile } from 'node:fs/promises';

/** Whom nothing may be paid. A hook: lists of the field (EU, OFAC, UN) and those who sell them are asked in the same way. */
export type SanctionsList = {
  /** Entries that a person may be; empty: none. */
  matches(person: { name: string; country: string }): Promise<string[]>;
};

/** A list that has one name in each line; `#` begins a comment. Undefined: nobody is on it. */
export async function sanctionsFile(path: string | undefined): Promise<SanctionsList> {
  const text = path === undefined ? '' : await readFile(path, 'utf8');
  const names = text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
  const byKey = Map.groupBy(names, nameKey);
  return { matches: async ({ name }) => byKey.get(nameKey(name)) ?? [] };
}

/** The same for one name however it is written: other order, case, accents, punctuation. */
export function nameKey(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? []).sort().join(' ');
}
