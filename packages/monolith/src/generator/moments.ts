import type { Random } from '@banyan/random';

/** A moment from `from` until `to`, ms since 1970. */
export function moment(random: Random, from: number, to: number): number {
  return from + Math.floor(random.next() * (to - from));
}

/** With microseconds, as PostgreSQL keeps them and JavaScript does not. */
export function timestamp(random: Random, at: number): string {
  return new Date(at).toISOString().replace('Z', `${String(random.int(0, 999)).padStart(3, '0')}Z`);
}
