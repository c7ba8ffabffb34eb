/** Words that a mistyped one may have been meant to be, at most. */
const MOST_MEANT = 3;

/** Letters that may be wrong in a word: a short one is too easily another. */
function mostWrong(word: string): number {
  return word.length < 3 ? 0 : word.length < 6 ? 1 : 2;
}

/** What a word may have been meant to be, of words that are known; the nearest first. Pure. */
export function meantBy(word: string, known: readonly string[]): string[] {
  const limit = mostWrong(word);
  return known
    .map((other) => ({ other, wrong: distance(word, other, limit) }))
    .filter(({ wrong }) => wrong > 0 && wrong <= limit)
    .toSorted((a, b) => a.wrong - b.wrong || (a.other < b.other ? -1 : 1))
    .slice(0, MOST_MEANT)
    .map(({ other }) => other);
}

/**
 * How many letters were left out, added, changed or exchanged with their neighbour (optimal string alignment); more than `limit` is told
 * as `limit + 1`.
 */
export function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let [beforeLast, last]: number[][] = [[], Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(last![j]! + 1, row[j - 1]! + 1, last![j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, beforeLast![j - 2]! + 1);
    }
    if (Math.min(...row) > limit) return limit + 1;
    [beforeLast, last] = [last, row];
  }
  return Math.min(last!.at(-1)!, limit + 1);
}
