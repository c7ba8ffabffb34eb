import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Chromium, Person, PersonOptions } from '@banyan/ui/testing';
import type { Page } from 'playwright-core';
import { type Answers, answersOf } from './answers.ts';
import { newcomer, stranger, visitor } from './visitor.ts';
import type { World } from './worlds.ts';

/**
 * A page in one of its states: what `views*.test.ts` hold against the rules of all pages, and `npm run screenshots` takes pictures of. Those of an
 * area are the default export of `views/<area>.ts`, a list; the first one of a path is the page as docs/ shows it.
 */
export type View = {
  /** Of the page and its state, as a file's name has it: `board-empty`. */
  name: string;
  path: string;
  /** Who looks: nobody in particular, who has just got an account, who has much in it, or who administers. */
  who: 'stranger' | 'newcomer' | 'busy' | 'administrator';
  /** Before the page is opened, e.g. what the API is to answer. */
  given?(answers: Answers, person: Person): Promise<unknown>;
  /** Once it is there, e.g. opens a dialog. */
  afterwards?(page: Page): Promise<unknown>;
  /** A state that docs/ show besides the page's first. */
  alsoInDocs?: true;
  /** It is looked at while it still loads. */
  isLoading?: true;
};

/** Of all areas, or of some. */
export async function viewsOf(
  areas: readonly string[] = [],
): Promise<readonly { area: string; view: View }[]> {
  const files = globSync(join(import.meta.dirname, 'views', '*.ts')).sort();
  const all = await Promise.all(
    files.map(async (file) => {
      const area = basename(file, '.ts');
      const { default: views } = (await import(file)) as { default: readonly View[] };
      return views.map((view) => ({ area, view }));
    }),
  );
  return all.flat().filter(({ area }) => areas.length === 0 || areas.includes(area));
}

/** Each page once, in the state that is listed first, and what is shown besides. */
export function pagesAmong<Listed extends { view: View }>(views: readonly Listed[]): Listed[] {
  const first = new Map<string, Listed>();
  for (const listed of views) {
    const [path] = listed.view.path.split(/[?#]/);
    // The page of one thing is the same page for each.
    const page = path!.replaceAll(/[^/]*\d[^/]*/g, 'one');
    if (!first.has(page)) first.set(page, listed);
  }
  const shown = new Set(first.values());
  return views.filter((listed) => shown.has(listed) || listed.view.alsoInDocs);
}

/** Whoever is not logged in reads nothing. */
export function isOfSomebody({ view }: { view: View }): boolean {
  return view.who !== 'stranger';
}

export type Opened = { person: Person; page: Page };
export type ViewOptions = Omit<PersonOptions, 'origin'> & { now?: Date };

/** Opens it as whoever looks at it, and resolves with the page when it is as it is to be looked at. */
export async function openView(
  chromium: Chromium,
  { origin, people }: World,
  view: View,
  options: ViewOptions = {},
): Promise<Opened> {
  const { now, ...ofPerson } = options;
  const person = await somebody(chromium, view.who, people, { origin, ...ofPerson });
  if (now) await person.context.clock.setFixedTime(now);
  await view.given?.(answersOf(person), person);
  const page = await person.tab(view.path);
  await isShown(person, page, view);
  await view.afterwards?.(page);
  return { person, page };
}

/** Resolves when there is nothing more to come. */
export async function isShown(
  person: Person,
  page: Page,
  { isLoading }: Pick<View, 'isLoading'>,
): Promise<void> {
  await page.locator('h1').first().waitFor();
  if (!isLoading) {
    await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
    await person.settled();
  }
  await page.evaluate('document.fonts.ready.then(() => undefined)');
}

async function somebody(
  chromium: Chromium,
  who: View['who'],
  people: World['people'],
  options: Omit<PersonOptions, 'allowed'>,
): Promise<Person> {
  if (who === 'stranger') return await stranger(chromium, options);
  if (who === 'newcomer') return await newcomer(chromium, options);
  return await visitor(chromium, options, people[who]);
}
