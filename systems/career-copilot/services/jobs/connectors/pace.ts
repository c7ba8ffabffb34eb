/** When the requests to one host were begun, and what it has asked for. */
export type HostPace = { lastAt: number; blockedUntil: number; crawlDelayMs: number };

export const UNKNOWN_HOST: HostPace = { lastAt: Number.NEGATIVE_INFINITY, blockedUntil: 0, crawlDelayMs: 0 };

const LEAST_MS = 1_000;
const LONGEST_CRAWL_DELAY_MS = 60_000;
const LONGEST_BLOCK_MS = 86_400_000;
const DEFAULT_BLOCK_MS = 60_000;

/** The moment from which a host may be asked again: never twice in a second, and later if it asks for that. */
export function nextAt({ lastAt, blockedUntil, crawlDelayMs }: HostPace, leastMs = LEAST_MS): number {
  return Math.max(lastAt + Math.max(leastMs, Math.min(crawlDelayMs, LONGEST_CRAWL_DELAY_MS)), blockedUntil);
}

/** Until when a host is left alone that answered 429 or 503: by its Retry-After in seconds or as a date, a day at most. */
export function blockedUntil(retryAfter: string | null, now: number): number {
  const value = retryAfter?.trim() ?? '';
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now;
  return now + Math.min(Number.isNaN(ms) ? DEFAULT_BLOCK_MS : Math.max(ms, LEAST_MS), LONGEST_BLOCK_MS);
}
