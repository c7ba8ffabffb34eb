/** Signs around a word that was found, and passages of a text. */
const AROUND = 100;
const MOST_PASSAGES = 2;
const GAP = ' … ';

/**
 * What of a text is shown of what was found in it: passages around words that begin as one of these stems, cut between words; its
 * begin if there is none. Pure.
 */
export function passagesOf(text: string, stems: readonly string[]): string {
  const places = placesOf(text, stems);
  if (places.length === 0) places.push(0);
  const passages: [from: number, to: number][] = [];
  for (const place of places) {
    const last = passages.at(-1);
    if (last && place <= last[1]) continue;
    if (passages.length === MOST_PASSAGES) break;
    passages.push([betweenWords(text, place - AROUND, -1), betweenWords(text, place + AROUND, 1)]);
  }
  return passages.map(([from, to]) => text.slice(from, to).trim()).join(GAP);
}

/** Where words that begin as a stem stand, in their order. A stem may end otherwise than its word (`compani`): its last letter is left out. */
function placesOf(text: string, stems: readonly string[]): number[] {
  const begins = stems.map((stem) => (stem.length > 4 ? stem.slice(0, -1) : stem)).map(escaped);
  if (begins.length === 0) return [];
  return Array.from(
    text.matchAll(new RegExp(`(?<![\\p{L}\\p{N}])(?:${begins.join('|')})`, 'giu')),
    ({ index }) => index,
  );
}

/** The next place outwards at which no word is cut. */
function betweenWords(text: string, from: number, step: 1 | -1): number {
  let at = Math.min(Math.max(from, 0), text.length);
  while (at > 0 && at < text.length && /\S/.test(text[at - (step < 0 ? 1 : 0)]!)) at += step;
  return at;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
