import {
  ceilingFor,
  fitOf,
  type Glimpse,
  type Person,
  type Posting,
  scoreOf,
  type Weights,
} from './score.ts';

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
/** Steps of what a score may be at most, in one point: who may have more is looked at before who may not. */
const STEPS = 10;
const MOST_STEPS = 100 * STEPS;

/**
 * Open postings in memory, by their skills and the words of their titles, so that only those are looked at that share one with a person.
 * Holds `most` postings, the newest; a posting that is put again replaces what it was.
 */
export class PostingIndex {
  readonly #most: number;
  #postings: (Posting | undefined)[] = [];
  /** Of each of them, what a glimpse shows. */
  #asked: number[] = [];
  #hasTitle: boolean[] = [];
  #postedAt: number[] = [];
  #places = new Map<number, number>();
  #bySkill = new Map<string, number[]>();
  #byWord = new Map<string, number[]>();
  #room = roomFor(0);

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
    this.#asked.push(posting.skills.length);
    this.#hasTitle.push(posting.titleWords.length > 0);
    this.#postedAt.push(posting.postedAt);
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
    const { count, mutual } = this.#findCandidates(person);
    const { order, ends } = this.#byCeiling(count, ceilingFor(person, weights, now));
    for (let step = MOST_STEPS, from = 0; step >= 0; step--) {
      // Nobody who comes now can have more than this.
      if (!best.takes((step + 1) / STEPS)) break;
      for (; from < ends[step]!; from++) {
        const place = order[from]!;
        const posting = this.#postings[place];
        if (!posting || (allows && !allows(posting))) continue;
        best.offer(posting, scoreOf(fitOf(person, posting, now, mutual[place]), weights));
      }
    }
    return best.taken;
  }

  /** Places of postings that share a skill or a title's word; of a person nothing is known of, all. */
  #findCandidates({ skills, titles }: Person): { count: number; mutual: Uint8Array } {
    const { places, mutual, sharesWord } = this.#roomFor(this.#postings.length);
    let count = 0;
    if (skills.size === 0 && titles.length === 0) {
      for (const place of this.#places.values()) places[count++] = place;
      return { count, mutual };
    }
    for (const skill of skills)
      for (const place of this.#bySkill.get(skill) ?? []) if (mutual[place]!++ === 0) places[count++] = place;
    for (const word of new Set(titles.flat()))
      for (const place of this.#byWord.get(word) ?? []) {
        if (mutual[place] === 0 && sharesWord[place] === 0) places[count++] = place;
        sharesWord[place] = 1;
      }
    return { count, mutual };
  }

  /** The candidates in the order of what their scores may be at most, and by step of it where those end. */
  #byCeiling(
    count: number,
    ceiling: (glimpse: Glimpse) => number,
  ): { order: Uint32Array; ends: Uint32Array } {
    const { places, mutual, sharesWord, steps, order } = this.#room;
    const ends = new Uint32Array(MOST_STEPS + 1);
    for (let at = 0; at < count; at++) {
      const place = places[at]!;
      const most = ceiling({
        mutual: mutual[place]!,
        asked: this.#asked[place]!,
        hasTitle: this.#hasTitle[place]!,
        sharesWord: sharesWord[place] === 1,
        postedAt: this.#postedAt[place]!,
      });
      const step = Math.min(MOST_STEPS, Math.trunc(most * STEPS));
      steps[at] = step;
      ends[step]!++;
    }
    for (let step = MOST_STEPS, sum = 0; step >= 0; step--) {
      sum += ends[step]!;
      ends[step] = sum;
    }
    const next = Uint32Array.from(ends);
    for (let at = count - 1; at >= 0; at--) order[--next[steps[at]!]!] = places[at]!;
    return { order, ends };
  }

  /** The same arrays each time: made anew for each person they would be most of what is thrown away. */
  #roomFor(size: number): Room {
    if (this.#room.places.length < size) this.#room = roomFor(Math.ceil(size * 1.25));
    this.#room.mutual.fill(0, 0, size);
    this.#room.sharesWord.fill(0, 0, size);
    return this.#room;
  }

  /** Without what is gone, and without the oldest beyond `most`. */
  #renew(): void {
    const kept = this.#postings.filter((posting) => posting !== undefined);
    if (kept.length > this.#most)
      kept.sort((a, b) => b.postedAt - a.postedAt || b.id - a.id).length = this.#most;
    [this.#postings, this.#asked, this.#hasTitle, this.#postedAt] = [[], [], [], []];
    [this.#places, this.#bySkill, this.#byWord] = [new Map(), new Map(), new Map()];
    for (const posting of kept) this.put(posting);
  }
}

/** What candidates are sorted in. By candidate: `places`, `steps`, `order`; by place: `mutual`, `sharesWord`. */
type Room = {
  places: Uint32Array;
  steps: Uint16Array;
  order: Uint32Array;
  mutual: Uint8Array;
  sharesWord: Uint8Array;
};

function roomFor(size: number): Room {
  return {
    places: new Uint32Array(size),
    steps: new Uint16Array(size),
    order: new Uint32Array(size),
    mutual: new Uint8Array(size),
    sharesWord: new Uint8Array(size),
  };
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
