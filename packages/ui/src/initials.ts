/** The first letters of the first and the last word, as a reader sees letters (a flag or an accent stays whole); at most two. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/\s+/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
  const ends = words.length > 1 ? [words[0]!, words.at(-1)!] : words;
  return ends.map((word) => firstLetter(word).toLocaleUpperCase()).join('');
}

/** One of the eight colours of series, 1..8, always the same for a name. */
export function colourOf(name: string): number {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + character.codePointAt(0)!) % 1_000_003;
  return (sum % 8) + 1;
}

function firstLetter(word: string): string {
  const letters = word.replace(/^[^\p{L}\p{N}]+/u, '');
  const [first] = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(letters);
  return first?.segment ?? '';
}
