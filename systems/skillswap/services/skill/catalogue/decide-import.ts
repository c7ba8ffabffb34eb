import type { EscoSkill } from './esco.ts';

/** A skill of the catalogue; `own` if it was there before ESCO's was, which it stays. */
export type Present = { id: string; name: string; description: string };
export type Known = Present & { uri: string; own: boolean };

export type Line = { line: number; skill: EscoSkill };

/** What becomes of each record of a part of the file. */
export type Decided = {
  add: EscoSkill[];
  /** Called as one that is there, which it is from now on. */
  link: { skill: EscoSkill; id: string }[];
  change: { skill: EscoSkill; id: string }[];
  unchanged: EscoSkill[];
  /** Another skill has its name. */
  taken: Line[];
};

/**
 * `known`: skills of these URIs. `named`: skills that are called as any of these, with the URI of the one of ESCO that they are. URIs of a part are all
 * different.
 */
export function decideImport(
  part: readonly Line[],
  known: readonly Known[],
  named: readonly (Present & { uri: string | null })[],
): Decided {
  const byUri = new Map(known.map((one) => [one.uri, one]));
  const byName = new Map(named.map((one) => [one.name, one]));
  const decided: Decided = { add: [], link: [], change: [], unchanged: [], taken: [] };
  /** Names that were given in this part. */
  const given = new Set<string>();
  for (const one of part) {
    const { skill } = one;
    const present = byUri.get(skill.uri);
    const namesake = byName.get(skill.name);
    const isSame =
      present && (present.own || (present.name === skill.name && present.description === skill.description));
    if (isSame) decided.unchanged.push(skill);
    else if (
      given.has(skill.name) ||
      (namesake && (present ? namesake.id !== present.id : namesake.uri !== null))
    )
      decided.taken.push(one);
    else {
      given.add(skill.name);
      if (present) decided.change.push({ skill, id: present.id });
      else if (namesake) decided.link.push({ skill, id: namesake.id });
      else decided.add.push(skill);
    }
  }
  return decided;
}
