import robotsModule from 'robots-parser';
import { PerHost } from './per-host.ts';

/** What an origin lets this program read (RFC 9309). */
type Rules = {
  allows(page: string): boolean;
  /** Between two requests; 0 if it says nothing. */
  crawlDelayMs: number;
};

const KNOWN_FOR_MS = 86_400_000;

/** The module is the function itself, which its types call its `default`. */
const robotsParser = robotsModule as unknown as typeof robotsModule.default;

/**
 * The rules of origins for the program that calls itself `robot`, known for a day. `read` gives the text of a robots.txt: empty where
 * there is none, which allows everything, and null where it cannot be known, which allows nothing.
 */
export function robotsRules(
  robot: string,
  read: (address: URL, signal: AbortSignal) => Promise<string | null>,
): (url: URL, signal: AbortSignal) => Promise<Rules> {
  const known = new PerHost<Rules & { until: number }>();
  return async (url, signal) => {
    const before = known.get(url.origin);
    if (before && before.until > Date.now()) return before;
    const address = new URL('/robots.txt', url);
    const found = await read(address, signal);
    const robots = robotsParser(address.href, found ?? '');
    const rules = {
      until: Date.now() + KNOWN_FOR_MS,
      allows: (page: string) => found !== null && robots.isAllowed(page, robot) !== false,
      crawlDelayMs: 1_000 * (Number(robots.getCrawlDelay(robot)) || 0),
    };
    known.note(url.origin, rules);
    return rules;
  };
}
