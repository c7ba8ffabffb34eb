import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, afterEach, before, describe } from 'node:test';
import { type Browser, chromium } from 'playwright-core';
import { chromiumMissing, findChromium } from './find-chromium.ts';
import { openPerson, type Person, type PersonOptions } from './person.ts';

export type Chromium = {
  /** Somebody with a browser window of their own: cookies, storage and tabs that nobody else sees. Closed at the end of the test. */
  person(options: PersonOptions): Promise<Person>;
};

/** A test runs the code of a page a few times: to compile it well costs more than all that runs by it, some two fifths of a test's processor time. */
const NOT_OPTIMIZED = '--js-flags=--no-opt,--no-maglev,--max-lazy';
/** Where pages of failed tests are put, to be looked at. */
const FAILED = '.banyan/failed-pages';

/**
 * A suite of tests that look at pages, in a Chromium of their own. A test fails at its end, whatever it looked at, if one of its pages told
 * of an error, broke its Content-Security-Policy, let a rejection go unhandled or asked for what it did not get (see `PersonOptions.allowed`).
 * Without a Chromium the suite is skipped and says how to get one.
 */
export function inChromium(name: string, define: (chromium: Chromium) => void): void {
  const missing = chromiumMissing();
  describe(name, { skip: missing && `NOT RUN, ${missing}` }, () => {
    let browser: Browser;
    const people: Person[] = [];

    before(async () => {
      browser = await startChromium([NOT_OPTIMIZED]);
    });
    after(async () => {
      await browser?.close();
    });
    afterEach(async (test) => {
      const ended = people.splice(0);
      if ('passed' in test && !test.passed)
        for (const [n, person] of ended.entries()) await person.shoot(placeOf(`${test.name} ${n + 1}`));
      const problems = (await Promise.all(ended.map((person) => person.end()))).flat();
      if (problems.length > 0) throw new Error(`The pages had problems:\n  ${problems.join('\n  ')}`);
    });

    define({
      person: async (options) => {
        const person = await openPerson(browser, options);
        people.push(person);
        return person;
      },
    });
  });
}

/**
 * A headless Chromium with a profile of its own, which goes with it. Throws if there is none on this machine. Everything that it would ask the
 * internet for is off: a test asks for nothing but what it tests.
 */
export async function startChromium(args: readonly string[] = []): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(chromiumMissing());
  return await chromium.launch({ executablePath, headless: true, args: [...SWITCHES, ...args] });
}

/** What pages that tests look at do not need. A switch counts once, the last time it is said, so that Playwright's own list is in it. */
const DISABLED_FEATURES = [
  // Each window of a person would start one more process for what an address bar proposes: a sixth of the processor time of looking at a page.
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'ThirdPartyStoragePartitioning',
];

const SWITCHES = [
  `--disable-features=${DISABLED_FEATURES}`,
  // Root, as which containers run tests, cannot have a sandbox. What is shown is our own.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // /dev/shm of a container has 64 MB.
  '--disable-dev-shm-usage',
];

function placeOf(name: string): string {
  const folder = resolve(FAILED);
  mkdirSync(folder, { recursive: true });
  return join(folder, name.replaceAll(/[^\w]+/g, '-'));
}
