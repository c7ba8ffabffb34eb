import type { KeyValueStore } from './store.ts';

export type Limit = { max: number; windowMs: number };

/**
 * Counts one more of what `key` names and says whether it is within the limit: `max` in a window that begins with the first. Also
 * what is refused counts, so that who goes on trying gets nothing before the window is over.
 */
export async function withinLimit(
  store: Pick<KeyValueStore, 'increment'>,
  key: string,
  { max, windowMs }: Limit,
): Promise<boolean> {
  return (await store.increment(key, { ttlMs: windowMs })) <= max;
}
