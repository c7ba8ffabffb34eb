import assert from 'node:assert/strict';
import { assertSteady, type Chromium, type Page, type Person, WIDTHS } from '@banyan/ui/testing';
import { openReading } from './reads.ts';
import { assertFitNarrow, assertFitWide } from './rules.ts';
import { isShown, type View } from './views.ts';
import type { World } from './worlds.ts';

/**
 * Throws unless a page says so while what it shows is on its way, and why and how to go on when none of it could be read, and is whole once somebody has
 * gone on so; and keeps the rules of all pages meanwhile. A page that shows nothing that is read is as it is from the beginning. Nor may it jump,
 * wide or narrow, when it finds out late which services there are, and has what it shows later still.
 */
export async function assertReads(chromium: Chromium, world: World, view: View): Promise<void> {
  const { person, page, reads } = await openReading(chromium, world, view);
  const main = page.locator('main');
  const [waiting, isTold] = [await main.innerText(), (await main.locator('[aria-busy="true"]').count()) > 0];
  await assertFitWide(page);

  reads.fail();
  await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
  await person.settled();
  const failed = await main.innerText();
  const alerts = await main.getByRole('alert').count();
  const waysOn = main.getByRole('alert').getByRole('button', { name: 'Try again' });
  await assertFitNarrow(page);

  reads.succeed();
  await goesOn(person, page, waysOn);
  if (alerts === 0) await page.reload();
  await isShown(person, page, view);
  const whole = await main.innerText();
  assert.ok(isTold || waiting === whole, `nothing says that more is to come:\n${waiting}\n\nthan\n${whole}`);
  assert.ok(
    alerts > 0 || failed === whole,
    `nothing says that something failed:\n${failed}\n\ninstead of\n${whole}`,
  );
  assert.equal(await main.getByRole('alert').count(), 0, 'it is whole again');

  await assertComesSteadily({ person, page, reads }, view);
}

/** Of a page that shows nothing that is read: throws if it jumps, wide or narrow, when it finds out late which services there are. */
export async function assertSteadyOfStrangers(chromium: Chromium, world: World, view: View): Promise<void> {
  const opened = await openReading(chromium, world, view);
  opened.reads.succeed();
  await assertComesSteadily(opened, view);
}

async function assertComesSteadily({ person, page, reads }: Reading, view: View): Promise<void> {
  for (const width of Object.values(WIDTHS)) {
    await page.setViewportSize({ width, height: 800 });
    await reads.comeLate(page);
    await isShown(person, page, view);
    await assertSteady(page);
  }
}

type Reading = Awaited<ReturnType<typeof openReading>>;

async function goesOn(person: Person, page: Page, waysOn: ReturnType<Page['getByRole']>): Promise<void> {
  for (let left = await waysOn.count(); left > 0; ) {
    await waysOn.first().press('Enter');
    await person.settled();
    await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
    const now = await waysOn.count();
    assert.ok(now < left, 'to try again changes something');
    left = now;
  }
}
