import type { Page } from '@banyan/ui/testing';

type Session = Awaited<ReturnType<ReturnType<Page['context']>['newCDPSession']>>;

/** Pixels a second: as fast as one still sees what comes. */
const SPEED = 1_500;

export type Asked = {
  /** Between two frames as a page is asked for them, ms. */
  asked: number[];
  /** Of the way that was to be scrolled, percent: less than all where a list waits for its next part. */
  way: number;
};

/** Scrolls the middle of a page, which is there, down for so many seconds. A text: nothing in it scrolls. */
export async function framesAsked(page: Page, seconds: number): Promise<Asked | string> {
  const session = await page.context().newCDPSession(page);
  await page.evaluate(COUNT_FRAMES);
  await scroll(page, session, seconds);
  const { asked, from, to } = (await page.evaluate('frames')) as {
    asked: number[];
    from: number | null;
    to: number;
  };
  if (from === null) return 'nothing in it scrolls';
  return { asked, way: (100 * (to - from)) / (SPEED * seconds) };
}

/**
 * Of the frames that had something new to show while a page, which is not asked for frames meanwhile, is scrolled, those that Chromium did not show in time, percent;
 * undefined: its trace tells of none. A page that asks for frames counts as one that moves things itself: each time that something far below is drawn
 * would be a dropped frame then, though it was scrolled in time.
 */
export async function shareDropped(page: Page, seconds: number): Promise<number | undefined> {
  const session = await page.context().newCDPSession(page);
  const frames = { DrawFrame: 0, DroppedFrame: 0 };
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const { name } of value as { name?: string }[])
      if (name === 'DrawFrame' || name === 'DroppedFrame') frames[name]++;
  });
  const complete = new Promise<void>((resolve) => session.once('Tracing.tracingComplete', () => resolve()));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: {
      includedCategories: ['disabled-by-default-devtools.timeline.frame', 'devtools.timeline.frame'],
    },
  });
  await scroll(page, session, seconds);
  await session.send('Tracing.end');
  await complete;
  const { DrawFrame, DroppedFrame } = frames;
  return DrawFrame === 0 ? undefined : (100 * DroppedFrame) / (DrawFrame + DroppedFrame);
}

async function scroll(page: Page, session: Session, seconds: number): Promise<void> {
  const { width, height } = page.viewportSize()!;
  await session.send('Input.synthesizeScrollGesture', {
    x: width / 2,
    y: height * 0.6,
    yDistance: -SPEED * seconds,
    speed: SPEED,
  });
}

/** Goes to the end of a page that then grows, so many times. */
export async function readOn(page: Page, times: number): Promise<void> {
  for (let time = 0; time < times; time++) await page.evaluate(GROW);
}

const GROW = `new Promise((grown) => {
  const root = document.documentElement;
  const before = root.scrollHeight;
  root.scrollTop = before;
  requestAnimationFrame(function look() {
    if (root.scrollHeight > before) grown();
    else requestAnimationFrame(look);
  });
})`;

/** What is scrolled has begun where it is at the first event of it, but for the way of one frame. */
const COUNT_FRAMES = `window.frames = { asked: [], from: null, to: 0 };
  addEventListener('scroll', ({ target }) => {
    const { scrollTop } = target === document ? document.documentElement : target;
    frames.from ??= scrollTop;
    frames.to = scrollTop;
  }, { capture: true });
  { let last;
    requestAnimationFrame(function next(now) {
      if (last !== undefined && frames.from !== null) frames.asked.push(now - last);
      last = now;
      requestAnimationFrame(next);
    }); }`;
