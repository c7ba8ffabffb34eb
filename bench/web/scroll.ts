import type { Page } from '@banyan/ui/testing';
import { whyNotThere } from './paint.ts';

/** `asked`: ms between two frames as a page is asked for them. `drawn`: frames a second that were shown, by the browser's trace. */
export type Frames = { asked: number[]; drawn: number | undefined };

type Session = Awaited<ReturnType<ReturnType<Page['context']>['newCDPSession']>>;

/** Pixels a second: as fast as one still sees what comes. */
const SPEED = 1_500;

/** Scrolls the middle of a page down for so many seconds. A text says why that cannot be: no such page, or nothing in it that scrolls. */
export async function scrollFrames(page: Page, seconds: number): Promise<Frames | string> {
  const why = await whyNotThere(page);
  if (why) return why;
  const session = await page.context().newCDPSession(page);
  const drawn = await countDrawn(session, seconds, async () => {
    await page.evaluate(COUNT_FRAMES);
    const { width, height } = page.viewportSize()!;
    await session.send('Input.synthesizeScrollGesture', {
      x: width / 2,
      y: height * 0.6,
      yDistance: -SPEED * seconds,
      speed: SPEED,
    });
  });
  const { asked, hasScrolled } = (await page.evaluate('frames')) as { asked: number[]; hasScrolled: boolean };
  return hasScrolled ? { asked, drawn } : 'nothing in it scrolls';
}

const COUNT_FRAMES = `window.frames = { asked: [], hasScrolled: false };
  addEventListener('scroll', () => { frames.hasScrolled = true; }, { capture: true, once: true });
  { let last;
    requestAnimationFrame(function next(now) {
      if (last !== undefined && frames.hasScrolled) frames.asked.push(now - last);
      last = now;
      requestAnimationFrame(next);
    }); }`;

/** Frames that were shown while something happens. */
async function countDrawn(
  session: Session,
  seconds: number,
  happen: () => Promise<void>,
): Promise<number | undefined> {
  let drawn = 0;
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const { name } of value as { name?: string }[]) if (name === 'DrawFrame') drawn++;
  });
  const complete = new Promise<void>((resolve) => session.once('Tracing.tracingComplete', () => resolve()));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: {
      includedCategories: ['disabled-by-default-devtools.timeline.frame', 'devtools.timeline.frame'],
    },
  });
  const from = performance.now();
  await happen();
  const took = (performance.now() - from) / 1_000;
  await session.send('Tracing.end');
  await complete;
  return drawn === 0 ? undefined : drawn / Math.min(seconds, took);
}
