/**
 * `npm run witness -- <address> [--laps <n>] [--pictures <folder>]`: people in Chromium at a system that runs, as the one of `npm start` while its
 * services move. Lap after lap one person goes from the sign-up to the offer, one goes on in two tabs that stay open, and the visitor whom
 * `npm start` invites logs in, looks at every page and leaves. Ends with 1 at the first step that fails, or if a page told of an error, asked for
 * what it did not get, or said a word of what happens behind it.
 *
 * `npm run witness -- --tour [-- <what npm start takes>]`: the same from before the first service moves until the tour has told what came of it,
 * which has to be good. Says then what pages were answered at each stage.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Chromium, openPerson, type Page, type Person, startChromium } from '@banyan/ui/testing';
import { system } from '../../system.ts';
import { moveIn, openWindow, sees } from './story.ts';
import { startTour, type Tour } from './tour.ts';
import { stranger } from './visitor.ts';

const {
  values: { laps, pictures, tour: withTour },
  positionals,
} = parseArgs({
  allowPositionals: true,
  options: {
    laps: { type: 'string' },
    pictures: { type: 'string' },
    tour: { type: 'boolean', default: false },
  },
});
const tour = withTour ? startTour(positionals) : undefined;
const origin = tour ? await tour.origin : positionals[0];
if (!origin) throw new Error('Which address? `npm start` prints it; or --tour.');

const PAGES = ['Dashboard', 'Jobs', 'Applications', 'Calendar', 'Notifications', 'Profile'];
/** Of people's pages, whatever happens behind them. */
const NOTHING_OF_IT = /banyan|canary|monolith|migrat|shadowing/i;

/** What pages were answered while services stood so. */
type Seen = { stage: string; began: number; answers: number; later: number };
const seen: Seen[] = [seenFrom('all at the monolith')];
tour?.onStage((stage) => void seen.push(seenFrom(stage)));

const browser = await startChromium();
const people: Person[] = [];
const chromium: Chromium = {
  person: async (options) => {
    const person = await openPerson(browser, options);
    // A machine that does all this at once may ask pages to come back later. They do: the step that waits for it is what counts.
    person.allow(/^(429|503) /);
    person.context.on('response', (response) => {
      if (!/\/(api|session)(\/|$)/.test(new URL(response.url()).pathname)) return;
      seen.at(-1)!.answers += 1;
      if ([429, 503].includes(response.status())) seen.at(-1)!.later += 1;
    });
    people.push(person);
    return person;
  },
};
try {
  await watch(chromium, origin, goesOn(tour));
  if (tour) console.log(`The tour: ${await tour.over}`);
} finally {
  await shoot('end');
  const problems = (await Promise.all(people.map((person) => person.end()))).flat();
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  await browser.close();
  if (tour) {
    tellSeen();
    if ((await tour.stop()) !== 0) process.exitCode = 1;
  }
}

async function watch(chromium: Chromium, origin: string, isWanted: (lap: number) => boolean): Promise<void> {
  const resident = await moveIn(chromium, origin);
  const story = await openWindow(chromium, origin);
  const lookAround = await openVisit(chromium, origin);
  for (let lap = 1; isWanted(lap); lap++) {
    const began = performance.now();
    await resident.begin(`Analyst of lap ${lap}`);
    await Promise.all([story(), resident.goOn(), lookAround()]);
    await resident.finish(`Analyst of lap ${lap}`);
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    console.log(`${new Date().toISOString().slice(11, 19)} lap ${lap}: ${seconds} s`);
    await shoot(`lap-${lap}`);
  }
}

/** Whether there is one more lap: so many as are asked for, or until the tour is over, and one that begins then. */
function goesOn(tour: Tour | undefined): (lap: number) => boolean {
  if (laps !== undefined || !tour) return (lap) => lap <= Number(laps ?? LAPS);
  let isLast = false;
  return () => {
    if (isLast) return false;
    isLast = tour.isOver();
    return true;
  };
}

const LAPS = 10;

function seenFrom(stage: string): Seen {
  return { stage, began: Date.now(), answers: 0, later: 0 };
}

function tellSeen(): void {
  for (const [n, { stage, began, answers, later }] of seen.entries()) {
    const seconds = ((seen[n + 1]?.began ?? Date.now()) - began) / 1_000;
    const asked = later === 0 ? '' : `, ${later} of them to come back later`;
    console.log(`${stage}: ${seconds.toFixed(0)} s, pages were answered ${answers} times${asked}`);
  }
}

/** Of the one whom everybody is invited to log in as. */
async function openVisit(chromium: Chromium, origin: string): Promise<() => Promise<void>> {
  const person = await stranger(chromium, { origin });
  const page = await person.tab('/login');
  const { email, password } = system.web!.visitor;
  return () =>
    person.watched(async () => {
      await page.getByLabel('E-mail').fill(email);
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Log in' }).click();
      for (const title of PAGES) {
        await sees(page, title);
        await person.settled();
        await saysNothingOfIt(page);
      }
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.getByRole('heading', { name: 'Log in' }).waitFor();
    });
}

async function saysNothingOfIt(page: Page): Promise<void> {
  assert.doesNotMatch(`${await page.title()}\n${await page.locator('body').innerText()}`, NOTHING_OF_IT);
}

async function shoot(name: string): Promise<void> {
  if (!pictures) return;
  for (const [n, person] of people.entries()) await person.shoot(join(pictures, `${name}-${n + 1}`));
}
