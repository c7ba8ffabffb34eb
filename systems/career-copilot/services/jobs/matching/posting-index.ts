import { fitOf, mostOf, type Person, type Posting, scoreOf, type Weights } from './score.ts';

export type Ranked = { posting: Posting; score: number };

export type RankOptions = {
  weights: Weights;
  now: number;
  limit: number;
  /** Whether one may be among them at all. */
  allows?: (posting: Posting) => boolean;
};

/** Closed or replaced postings that are kept until it pays to make the lists anew. */
const WASTE = 0.5;

/**
 * Open postings in memory, by their skills and the words of their titles, so that only those are looked at that share one with a person.
 * Holds `most` postings, the newest; a posting that is put again replaces what it was.
 */
export class PostingIndex {
  readonly #most: number;
  #postings: (Posting | undefined)[] = [];
  #places = new Map<number, number>();
  #bySkill = new Map<string, number[]>();
  #byWord = new Map<string, number[]>();

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#places.size;
  }

  find(id: number): Posting | undefined {
    const place = this.#places.get(id);
    return place === undefined ? undefined : this.#postings[place];
  }

  put(posting: Posting): void {
    this.remove(posting.id);
    const place = this.#postings.push(posting) - 1;
    this.#places.set(posting.id, place);
    for (const skill of posting.skills) append(this.#bySkill, skill, place);
    for (const word of posting.titleWords) append(this.#byWord, word, place);
    if (this.size > this.#most * (1 + WASTE / 10)) this.#renew();
  }

  remove(id: number): void {
    const place = this.#places.get(id);
    if (place === undefined) return;
    this.#postings[place] = undefined;
    this.#places.delete(id);
    if (this.#postings.length > 1_000 && this.size < this.#postings.length * WASTE) this.#renew();
  }

  /** Those that fit best, the best first; of those that fit alike the latest. Of a person nothing is known of, the latest. */
  rank(person: Person, { weights, now, limit, allows }: RankOptions): Ranked[] {
    const best = new Best(limit);
    const { byMutual, sharesWord } = this.#candidates(person);
    // Those with most of the skills first: soon most of the others cannot be among the best any more.
    for (let mutual = byMutual.length - 1; mutual >= 0; mutual--)
      for (const place of byMutual[mutual] ?? []) {
        const posting = this.#postings[place];
        if (!posting || (allows && !allows(posting))) continue;
        const most = mostOf({ person, posting, now, mutual, sharesWord: sharesWord[place] === 1 }, weights);
        if (best.takes(most)) best.offer(posting, scoreOf(fitOf(person, posting, now, mutual), weights));
      }
    return best.taken;
  }

  /** Places of postings that share a skill or a title's word, by how many skills they share; of a person nothing is known of, all. */
  #candidates({ skills, titles }: Person): { byMutual: number[][]; sharesWord: Uint8Array } {
    const mutual = new Uint8Array(this.#postings.length);
    const sharesWord = new Uint8Array(this.#postings.length);
    if (skills.size === 0 && titles.length === 0)
      return { byMutual: [[...this.#places.values()]], sharesWord };
    const places: number[] = [];
    for (const skill of skills)
      for (const place of this.#bySkill.get(skill) ?? []) if (mutual[place]!++ === 0) places.push(place);
    for (const word of new Set(titles.flat()))
      for (const place of this.#byWord.get(word) ?? []) {
        if (mutual[place] === 0 && sharesWord[place] === 0) places.push(place);
        sharesWord[place] = 1;
      }
    const byMutual: number[][] = [];
    for (const place of places) {
      const count = mutual[place]!;
      byMutual[count] ??= [];
      byMutual[count].push(place);
    }
    return { byMutual, sharesWord };
  }

  /** Without what is gone, and without the oldest beyond `most`. */
  #renew(): void {
    const kept = this.#postings.filter((posting) => posting !== undefined);
    if (kept.length > this.#most)
      kept.sort((a, b) => b.postedAt - a.postedAt || b.id - a.id).length = this.#most;
    [this.#postings, this.#places, this.#bySkill, this.#byWord] = [[], new Map(), new Map(), new Map()];
    for (const posting of kept) this.put(posting);
  }
}

function append(lists: Map<string, number[]>, key: string, place: number): void {
  const list = lists.get(key);
  if (list) list.push(place);
  else lists.set(key, [place]);
}

/** The best so many of all that are offered, in a heap whose root is the worst of them. */
class Best {
  readonly #limit: number;
  readonly #heap: Ranked[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  get taken(): Ranked[] {
    return [...this.#heap].sort((a, b) => (isWorse(a, b) ? 1 : -1));
  }

  /** Whether one of this score might be among them. */
  takes(score: number): boolean {
    return this.#heap.length < this.#limit || (this.#limit > 0 && score >= this.#heap[0]!.score);
  }

  offer(posting: Posting, score: number): void {
    const heap = this.#heap;
    const one = { posting, score };
    if (heap.length === this.#limit) {
      if (heap.length === 0 || !isWorse(heap[0]!, one)) return;
      heap[0] = one;
      this.#sink();
      return;
    }
    heap.push(one);
    for (let at = heap.length - 1; at > 0; ) {
      const up = (at - 1) >> 1;
      if (!isWorse(heap[at]!, heap[up]!)) break;
      [heap[at], heap[up]] = [heap[up]!, heap[at]!];
      at = up;
    }
  }

  #sink(): void {
    const heap = this.#heap;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let worst = at;
      if (left < heap.length && isWorse(heap[left]!, heap[worst]!)) worst = left;
      if (right < heap.length && isWorse(heap[right]!, heap[worst]!)) worst = right;
      if (worst === at) return;
      [heap[at], heap[worst]] = [heap[worst]!, heap[at]!];
      at = worst;
    }
  }
}

function isWorse(a: Ranked, b: Ranked): boolean {
  return (
    a.score < b.score ||
    (a.score === b.score &&
      (a.posting.postedAt < b.posting.postedAt ||
        (a.posting.postedAt === b.posting.postedAt && a.posting.id < b.posting.id)))
  );
}
