import { after, before, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { inChromium } from '@banyan/ui/testing';
import { assertFit } from './rules.ts';
import { openView, viewsOf } from './views.ts';
import { startMonolithWorld, type World } from './worlds.ts';

/**
 * Holds the pages of some areas, in each of their states, against the rules of all pages. In files of their own, since one file may take ten
 * minutes only. Those that need services are looked at in story.test.ts, where all have moved.
 */
export async function checkViews(isMeant: (area: string) => boolean): Promise<void> {
  let world: World;
  const views = (await viewsOf()).filter(({ area, view }) => view.services === undefined && isMeant(area));
  before(async () => {
    world = await startMonolithWorld(await (await testServer()).database('web'));
  });
  after(async () => await world?.stop());
  inChromium('every page in each of its states', (chromium) => {
    for (const { area, view } of views)
      it(`${area}: ${view.name}`, async () => {
        await assertFit(await openView(chromium, world, view), view);
      });
  });
}

/** Areas by the file that looks at them; what is in none is looked at by the first. */
export const WORK = ['applications', 'jobs'];
export const ADMINISTRATION = ['administration', 'dashboard', 'notifications'];
