import { pick } from '../../random.ts';

type Random = () => number;

/** What mutations put in, beside what is there already. */
const BYTES = [
  '\r',
  '\n',
  '\r\n',
  '\0',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '"',
  '\x7f',
  '\x80',
  '\xff',
  '0',
  'f',
  '-',
  '+',
  '%',
  '/',
];

export function chance(random: Random, probability: number): boolean {
  return random() < probability;
}

/** A whole number from 0 to below `end`. */
export function below(random: Random, end: number): number {
  return Math.floor(random() * end);
}

/** Pieces left out, repeated, swapped, or replaced by one of `words`. */
export function mutateTokens(random: Random, tokens: readonly string[], words: readonly string[]): string[] {
  const changed = [...tokens];
  for (let times = 1 + below(random, 3); times > 0 && changed.length > 0; times--) {
    const at = below(random, changed.length);
    const to = below(random, changed.length);
    switch (below(random, 5)) {
      case 0:
        changed.splice(at, 1);
        break;
      case 1:
        changed.splice(to, 0, changed[at]!);
        break;
      case 2:
        [changed[at], changed[to]] = [changed[to]!, changed[at]!];
        break;
      case 3:
        changed[at] = pick(random, words);
        break;
      default:
        changed.splice(at, 0, pick(random, words));
    }
  }
  return changed;
}

/** Bytes changed, put in, left out, or a stretch of them repeated or cut off. */
export function mutateBytes(random: Random, bytes: Buffer): Buffer {
  let changed = bytes;
  for (let times = 1 + below(random, 4); times > 0 && changed.length > 0; times--) {
    const at = below(random, changed.length);
    const to = Math.min(changed.length, at + 1 + below(random, 24));
    switch (below(random, 6)) {
      case 0:
        changed = Buffer.from(changed);
        changed[at] = changed[at]! ^ (1 << below(random, 8));
        break;
      case 1:
        changed = splice(changed, at, at, Buffer.from(pick(random, BYTES), 'latin1'));
        break;
      case 2:
        changed = splice(changed, at, at + 1, Buffer.from(pick(random, BYTES), 'latin1'));
        break;
      case 3:
        changed = splice(changed, at, at + 1, Buffer.alloc(0));
        break;
      case 4:
        changed = splice(changed, at, at, changed.subarray(at, to));
        break;
      default:
        if (chance(random, 0.3)) changed = changed.subarray(0, at);
        else changed = splice(changed, at, to, Buffer.alloc(0));
    }
  }
  return changed;
}

function splice(bytes: Buffer, from: number, to: number, put: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(to)]);
}
