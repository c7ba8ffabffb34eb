import { after, before, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { inChromium } from '@banyan/ui/testing';
import { assertReads, assertSteadyOfStrangers } from './check-reading.ts';
import { assertFit } from './rules.ts';
import { isOfSomebody, openView, pagesAmong, viewsOf } from './views.ts';
import { startMonolithWorld, type World } from './worlds.ts';

/** Areas by the file that looks at them: one file may take ten minutes only. */
const AREAS = {
  work: ['applications', 'jobs'],
  administration: ['administration', 'dashboard', 'notifications'],
  settings: ['connection-settings', 'mail-settings', 'notification-settings', 'settings', 'webhook-settings'],
};

/**
 * Holds the pages of some areas, in each of their states, against the rules of all pages; `others`: of those that no file is for.
 */
export async function checkViews(meant: keyof typeof AREAS | 'others'): Promise<void> {
  let world: World;
  const views = (await viewsOf()).filter(({ area }) => isMeant(area, meant));
  before(async () => {
    world = await startMonolithWorld(await (await testServer()).database('web'));
  });
  after(async () => await world?.stop());
  inChromium('every page in each of its states', (chromium) => {
    for (const { area, view } of views)
      it(`${area}: ${view.name}`, async () => {
        await assertFit(await openView(chromium, world, view), view);
      });
    for (const { area, view } of pagesAmong(views).filter(isOfSomebody))
      it(`${area}: ${view.path} while it is read, when that fails, and afterwards`, async () => {
        await assertReads(chromium, world, view);
      });
    for (const { area, view } of pagesAmong(views).filter((listed) => !isOfSomebody(listed)))
      it(`${area}: ${view.path} while it finds out which services there are`, async () => {
        await assertSteadyOfStrangers(chromium, world, view);
      });
  });
}

function isMeant(area: string, meant: keyof typeof AREAS | 'others'): boolean {
  return meant === 'others' ? !Object.values(AREAS).flat().includes(area) : AREAS[meant].includes(area);
}
