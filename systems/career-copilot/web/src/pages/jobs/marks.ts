/** A piece of a text, and whether it was looked for. */
export type Piece = { text: string; isMarked: boolean };

/**
 * What the search shows of a job: text in which the words that were found stand in `<mark>`, and whatever else is a sign of HTML is a number
 * (`&#60;`). All other markup is text here.
 */
export function piecesOf(marked: string): Piece[] {
  return marked
    .split(/(<mark>.*?<\/mark>)/s)
    .map((part) => {
      const inside = /^<mark>(.*)<\/mark>$/s.exec(part)?.[1];
      return { text: plain(inside ?? part), isMarked: inside !== undefined };
    })
    .filter(({ text }) => text !== '');
}

/** How many of the words that were meant are told. */
const MOST_MEANT = 3;

/** What was found in place of mistyped words: those that stand marked in most jobs, in the order of how many. */
export function meantWords(marked: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of marked) {
    const words = piecesOf(text).flatMap((piece) => (piece.isMarked ? [piece.text.toLowerCase()] : []));
    for (const word of new Set(words)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, MOST_MEANT)
    .map(([word]) => word);
}

function plain(text: string): string {
  return text.replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
}
