import { defineErrors, type ServiceError } from '../http/errors.ts';

/**
 * Small values that expire: counters of rate limits, caches, marks. Whatever is kept may be gone before its time (a crash, a full
 * memory), so nothing may depend on it that cannot be had or made again. A server of its own that cannot be reached, or does not answer in
 * time, is a `ServiceError` STORE_UNAVAILABLE: 503 with Retry-After where nobody catches it.
 */
export type KeyValueStore = {
  /** Undefined: there is none, or its time is over. */
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, life: Life): Promise<void>;
  /** Sets it if its value is `expected` (undefined: if there is none); true if it did. Of several at once one does. */
  compareAndSet(key: string, expected: string | undefined, value: string, life: Life): Promise<boolean>;
  /**
   * Adds one to a counter, which begins at 0 and lives from its first increment on: later ones do not prolong it. The key is used for
   * nothing else.
   */
  increment(key: string, life: Life): Promise<number>;
  delete(key: string): Promise<void>;
  close(): Promise<void>;
};

/** How long a value is kept, in milliseconds. */
export type Life = { ttlMs: number };

export const LONGEST_KEY = 512;
const LONGEST_VALUE = 256 * 1024;
const LONGEST_LIFE_MS = 366 * 86_400_000;

const errors = defineErrors({
  STORE_UNAVAILABLE: [503, 'What this service counts and remembers by cannot be reached. Try again.'],
});

export function storeUnavailable(cause: unknown): ServiceError {
  return errors('STORE_UNAVAILABLE', { headers: { 'retry-after': '1' }, cause });
}

/** The same for every store, so that what one of them takes the others do too. Throws a `RangeError` that shows no key. */
export function checkEntry(key: string, value?: string, life?: Life): void {
  if (key === '' || Buffer.byteLength(key) > LONGEST_KEY || key.includes('\0') || !key.isWellFormed())
    throw new RangeError(`a key has 1 to ${LONGEST_KEY} bytes of UTF-8 and no NUL: shorten it, or hash it`);
  if (value !== undefined && (Buffer.byteLength(value) > LONGEST_VALUE || !isText(value)))
    throw new RangeError(`a value is text of at most ${LONGEST_VALUE} bytes without NUL`);
  if (life && !(life.ttlMs >= 1 && life.ttlMs <= LONGEST_LIFE_MS))
    throw new RangeError(`ttlMs is ${life.ttlMs}: give 1 to ${LONGEST_LIFE_MS} (a year)`);
}

function isText(value: string): boolean {
  return !value.includes('\0') && value.isWellFormed();
}
