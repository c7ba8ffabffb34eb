import { formatLsn, type Lsn, parseLsn } from '@banyan/postgres';
import { Ownership } from './ownership.ts';

/** From this position of the source's log on, this share is in force. */
export type Span = { from: Lsn; share: number };

/** Which share was in force when a change was committed: a step changes it at a position of the source's log, and only there. */
export class Shares {
  /** Another one: what was judged before may be judged otherwise now. */
  version = 0;
  #spans: readonly { from: Lsn; ownership: Ownership }[];

  constructor(salt: string, share: number) {
    this.#spans = [{ from: 0n, ownership: new Ownership(salt, share) }];
  }

  /** Of a transaction whose commit record stands at `position`. */
  at(position: Lsn): Ownership {
    const spans = this.#spans;
    for (let index = spans.length - 1; index > 0; index--)
      if (spans[index]!.from <= position) return spans[index]!.ownership;
    return spans[0]!.ownership;
  }

  learn(spans: readonly Span[]): void {
    const known = this.#spans[0]!.ownership;
    this.#spans = spans.map(({ from, share }) => ({ from, ownership: known.at(share) }));
    this.version++;
  }
}

/**
 * The spans once it is decided that `share` is in force: from the mark of the fence on, or, if none was set, for all that is
 * not applied. What is applied is not judged again, and forgotten.
 */
export function decideShare(
  spans: readonly Span[],
  { share, mark, applied }: { share: number; mark: Lsn | undefined; applied: Lsn },
): Span[] {
  const last = spans.at(-1);
  if (!last) return [{ from: 0n, share }];
  const decided =
    mark === undefined && last.share === share ? [...spans] : from(spans, mark ?? applied, share);
  const needed = decided.findLastIndex((span) => span.from <= applied);
  return decided.slice(Math.max(0, needed));
}

function from(spans: readonly Span[], position: Lsn, share: number): Span[] {
  const before = spans.filter((span) => span.from < position);
  return before.at(-1)?.share === share ? before : [...before, { from: position, share }];
}

export function readSpans(stored: unknown): Span[] {
  return (stored as { from: string; share: number }[]).map(({ from, share }) => ({
    from: parseLsn(from),
    share,
  }));
}

export function writeSpans(spans: readonly Span[]): string {
  return JSON.stringify(spans.map(({ from, share }) => ({ from: formatLsn(from), share })));
}
