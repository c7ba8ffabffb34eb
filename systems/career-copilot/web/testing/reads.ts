import type { Chromium, Page, Person } from '@banyan/ui/testing';
import type { Route } from 'playwright-core';
import { PROBES } from '../src/api/features.ts';
import { type Opened, openView, type View, type ViewOptions } from './views.ts';
import type { World } from './worlds.ts';

/** What becomes of all that somebody's pages read: nothing at first. What they ask to find out which services are there is answered. */
export type Reads = {
  /** What waits fails, and what comes after it. */
  fail(): void;
  /** From now on they are answered as ever. */
  succeed(): void;
  /** Loads the page again, answers what it asks of services once it has shown all that it can without, and what it reads once it has shown that. */
  comeLate(page: Page): Promise<void>;
};

type Outcome = 'fails' | 'succeeds';

/** A page while what it reads is on its way. */
export async function openReading(
  chromium: Chromium,
  world: World,
  { afterwards: _, given, ...view }: View,
  options?: ViewOptions,
): Promise<Opened & { reads: Reads }> {
  let reads!: Reads;
  const waiting: View = {
    ...view,
    isLoading: true,
    given: async (answers, person) => {
      await given?.(answers, person);
      // Last, since what is said last of a request counts.
      reads = await holdReads(person);
    },
  };
  const opened = await openView(chromium, world, waiting, options);
  await opened.person.still();
  return { ...opened, reads };
}

async function holdReads({ context, allow, still }: Person): Promise<Reads> {
  const first = Promise.withResolvers<Outcome>();
  let outcome: Promise<Outcome> | Outcome = first.promise;
  const turn = (to: Outcome) => {
    first.resolve(to);
    outcome = to;
  };
  allow(/^500 (GET|HEAD) /);
  await context.route(isRead, async (route) => {
    const request = route.request();
    const isStream = request.headers().accept === 'text/event-stream';
    if (!['GET', 'HEAD'].includes(request.method()) || isStream) return await route.fallback();
    const answered = (await outcome) === 'fails' ? route.fulfill({ status: 500 }) : route.fallback();
    // Whoever asked may be gone.
    await answered.catch(() => {});
  });
  const comeLate = async (page: Page) => {
    const [probes, others] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const late = async (route: Route) => {
      await (isRead(new URL(route.request().url())) ? others : probes).promise;
      await route.fallback().catch(() => {});
    };
    await context.route(isOfApi, late);
    await page.reload();
    await still();
    probes.resolve();
    await still();
    others.resolve();
    await context.unroute(isOfApi, late);
  };
  return { fail: () => turn('fails'), succeed: () => turn('succeeds'), comeLate };
}

const PROBED = new Set(Object.values(PROBES).map((probe) => probe.split(' ')[1]!));

function isRead(url: URL): boolean {
  return isOfApi(url) && !PROBED.has(url.pathname);
}

function isOfApi({ pathname }: URL): boolean {
  return pathname.startsWith('/api/') || PROBED.has(pathname);
}
