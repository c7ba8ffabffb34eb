import type { Browser, BrowserContext, Page, Response } from 'playwright-core';
import { watchRequests } from './requests.ts';

export type Theme = 'light' | 'dark';

export type PersonOptions = {
  /** Paths are below it. */
  origin: string;
  /** CSS pixels. Default 1280. */
  width?: number;
  /** CSS pixels. Default 800. */
  height?: number;
  /** What the system prefers. Default light. */
  theme?: Theme;
  /** As BCP 47. Default `en-GB`. */
  locale?: string;
  /** Default UTC. */
  timezone?: string;
  /** Moves nothing that needs not move. Default true: tests look at where things end up. */
  reducedMotion?: boolean;
  /** Answers of 400 and above that are no problem, besides those that `allow` names later. Default: there are none. */
  allowed?: (answer: Refused) => boolean;
};

export type Refused = { method: string; url: URL; status: number };

/** Somebody in front of a browser. */
export type Person = {
  context: BrowserContext;
  /** A new tab, at a path of the origin if there is one. */
  tab(path?: string): Promise<Page>;
  /** From now on these are no problem: text of the console or of an error, or `500 GET /path` of an answer. */
  allow(problem: RegExp): void;
  /** Takes the network away from all tabs, or gives it back. What fails for want of it from then on is no problem. */
  offline(isOffline: boolean): Promise<void>;
  /** Resolves when all that the pages have asked for is there, but for streams of events, which never end, and is shown. */
  settled(): Promise<void>;
  /** Resolves when nothing changes any more in the pages, whatever they still wait for. */
  still(): Promise<void>;
  /** Rejects as `act` does, and says what the pages wait for then, what they waited long for before, what they heard last, what was wrong with them, and what stands on them. */
  watched<T>(act: () => Promise<T>): Promise<T>;
  /** A picture of each open tab, as `<file>-<number>.png`. */
  shoot(file: string): Promise<void>;
  /** Closes all, and says what was wrong with the pages. */
  end(): Promise<string[]>;
};

export async function openPerson(browser: Browser, options: PersonOptions): Promise<Person> {
  const { origin, width = 1280, height = 800, theme = 'light', reducedMotion = true } = options;
  const context = await browser.newContext({
    baseURL: origin,
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
    locale: options.locale ?? 'en-GB',
    timezoneId: options.timezone ?? 'UTC',
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const watch = await watchPages(context, options.allowed ?? (() => false));
  const requests = watchRequests(context);
  const still = async () => {
    for (const page of context.pages()) await page.evaluate(IS_QUIET);
  };
  return {
    context,
    still,
    async tab(path) {
      const page = await context.newPage();
      if (path !== undefined) await page.goto(path);
      return page;
    },
    allow: watch.allow,
    async offline(isOffline) {
      watch.allow(NO_NETWORK);
      await context.setOffline(isOffline);
    },
    async settled() {
      do {
        await requests.ended();
        await still();
      } while (requests.isAny());
    },
    async watched(act) {
      try {
        return await act();
      } catch (error) {
        const addresses = context.pages().map((page) => page.url());
        const asked = requests.late();
        const lines = [
          `${new Date().toISOString().slice(11, -1)}, at ${addresses.join(' and ')}: ${(error as Error).message}`,
          ...(asked.length === 0
            ? ['Whatever the pages asked for is there.']
            : ['The pages waited for:', ...asked]),
          'They heard last:',
          ...requests.last(),
        ];
        // Who fails is not told of them at its end any more.
        if (watch.problems().length > 0) lines.push('Wrong with them was:', ...watch.problems());
        for (const page of context.pages()) lines.push(`On ${page.url()} stands:`, await textOf(page));
        throw new Error(lines.join('\n  '), { cause: error });
      }
    },
    async shoot(file) {
      for (const [n, page] of context.pages().entries())
        await page.screenshot({ path: `${file}-${n + 1}.png` }).catch(() => {});
    },
    async end() {
      // What a page still wants to tell of.
      for (const page of context.pages()) await page.evaluate('0').catch(() => {});
      const problems = watch.problems();
      await context.close();
      return problems;
    },
  };
}

/** The beginning of what somebody reads there, in one line. */
async function textOf(page: Page): Promise<string> {
  const text = await page
    .locator('body')
    .innerText({ timeout: TEXT_MS })
    .catch((error: Error) => `nobody knows: ${error.message}`);
  return text.replaceAll(/\s*\n\s*/g, ' | ').slice(0, LONGEST_TEXT);
}

const TEXT_MS = 5_000;
const LONGEST_TEXT = 1_000;

/** How long a test waits for a page, unless it says otherwise: as long as for all else (`until`), since a machine that does much besides takes its time. */
const PATIENCE_MS = 120_000;
/** React holds back a part that comes late for up to 300 ms, so that a page does not change in many small steps. */
const QUIET_MS = 400;
/** Nothing has changed for so long. */
const IS_QUIET = `new Promise((quiet) => {
  const again = () => { clearTimeout(timer); timer = setTimeout(end, ${QUIET_MS}); };
  const observer = new MutationObserver(again);
  const end = () => { observer.disconnect(); quiet(); };
  let timer = setTimeout(end, ${QUIET_MS});
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
})`;

/** What a browser tells of pages that is wrong with them. */
async function watchPages(
  context: BrowserContext,
  isAllowed: (answer: Refused) => boolean,
): Promise<{ allow(problem: RegExp): void; problems(): string[] }> {
  const problems: string[] = [];
  const allowed: RegExp[] = [];
  const tell = (problem: string) => {
    if (!allowed.some((each) => each.test(problem))) problems.push(problem);
  };
  await context.addInitScript(TELL_VIOLATIONS);
  context.on('console', (message) => {
    const text = message.text();
    // Answers are looked at as such: of which of them the console tells is Chromium's choice.
    if (text.startsWith('Failed to load resource:')) return;
    // Of what is put into each frame to watch it, too, where nothing may run.
    if (text.startsWith("Blocked script execution in 'about:srcdoc'")) return;
    if (message.type() === 'error') tell(`console: ${text} (${message.location().url})`);
    if (message.type() === 'warning' && text.startsWith(VIOLATION)) tell(text);
  });
  // An exception that nobody caught or a rejection that nobody handled.
  context.on('weberror', (error) => tell(`error: ${error.error().stack ?? error.error()}`));
  context.on('requestfailed', (request) => {
    const why = request.failure()?.errorText;
    // Whoever leaves a page takes back what it asked for.
    if (why !== 'net::ERR_ABORTED') tell(`${why} ${request.method()} ${request.url()}`);
  });
  context.on('response', (response) => {
    const refused = refusedOf(response);
    if (refused && !isAllowed(refused))
      tell(`${refused.status} ${refused.method} ${refused.url.pathname}${refused.url.search}`);
  });
  return { allow: (problem) => void allowed.push(problem), problems: () => [...problems] };
}

function refusedOf(response: Response): Refused | undefined {
  const status = response.status();
  return status < 400
    ? undefined
    : { method: response.request().method(), url: new URL(response.url()), status };
}

const NO_NETWORK = /net::ERR_INTERNET_DISCONNECTED/;
const VIOLATION = 'Content-Security-Policy broken';
/** Chromium tells of some in the console only, and not of all. */
const TELL_VIOLATIONS = `addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) =>
  console.warn('${VIOLATION}: ' + effectiveDirective + ' ' + blockedURI + ' at ' + sourceFile + ':' + lineNumber))`;
