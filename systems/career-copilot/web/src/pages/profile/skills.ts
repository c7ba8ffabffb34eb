/** As a profile takes them: so many, each of so many characters. */
const MOST = 100;
const LONGEST = 100;

/** Those there are and what was typed or pasted: one or several with commas between them; what is there already, however it is written, once. */
export function withSkills(skills: readonly string[], typed: string, most = MOST): string[] {
  const all = [...skills, ...typed.split(/[,;\n]/)].map((skill) => skill.trim().slice(0, LONGEST));
  const known = new Set<string>();
  return all
    .filter((skill) => skill !== '' && !known.has(skill.toLowerCase()) && known.add(skill.toLowerCase()))
    .slice(0, most);
}

/** What jobs ask for most and the profile does not have, of that what contains the typed text; the most wanted first. */
export function skillsToSuggest(
  wanted: readonly (readonly string[])[],
  own: readonly string[],
  typed = '',
  most = 8,
): string[] {
  const has = new Set(own.map((skill) => skill.toLowerCase()));
  const counts = new Map<string, number>();
  for (const skill of wanted.flat()) counts.set(skill, (counts.get(skill) ?? 0) + 1);
  const looked = typed.trim().toLowerCase();
  return [...counts]
    .filter(([skill]) => !has.has(skill.toLowerCase()) && skill.toLowerCase().includes(looked))
    .sort(([a, ofA], [b, ofB]) => ofB - ofA || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([skill]) => skill);
}
