import { RecentMap } from '@banyan/cohort/recent-map';
import { checkEntry, type KeyValueStore, type Life } from './store.ts';

type Entry = { value: string; until: number };

const KEPT_BYTES = 16 * 1024 * 1024;

/**
 * Of this process alone: instances do not see each other's. Of more than `bytes` what has gone unused the longest is forgotten.
 * `now` is a clock in milliseconds.
 */
export function memoryStore({
  bytes = KEPT_BYTES,
  now = Date.now,
}: {
  bytes?: number;
  now?: () => number;
} = {}): KeyValueStore {
  const kept = new RecentMap<Entry>(bytes, (key, { value }) => 100 + 2 * (key.length + value.length));
  const alive = (key: string) => {
    checkEntry(key);
    const entry = kept.get(key);
    return entry && entry.until > now() ? entry : undefined;
  };
  const put = (key: string, value: string, life: Life) => {
    checkEntry(key, value, life);
    kept.set(key, { value, until: now() + life.ttlMs });
  };
  return {
    get: async (key) => alive(key)?.value,
    set: async (key, value, life) => put(key, value, life),
    compareAndSet: async (key, expected, value, life) => {
      if (alive(key)?.value !== expected) return false;
      put(key, value, life);
      return true;
    },
    increment: async (key, life) => {
      checkEntry(key, undefined, life);
      const before = alive(key);
      const count = Number(before?.value ?? 0) + 1;
      kept.set(key, { value: String(count), until: before?.until ?? now() + life.ttlMs });
      return count;
    },
    delete: async (key) => {
      // The map only forgets by itself: an entry whose time is over is none.
      if (alive(key)) kept.set(key, { value: '', until: 0 });
    },
    close: async () => {},
  };
}
