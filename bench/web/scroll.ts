import type { Page } from '@banyan/ui/testing';

type Session = Awaited<ReturnType<ReturnType<Page['context']>['newCDPSession']>>;

/** Pixels a second: as fast as one still sees what comes. */
const SPEED = 1_500;

export type Scrolled = {
  /** Between two frames as a page is asked for them, ms. */
  asked: number[];
  /** Of the way that was to be scrolled, percent: less than all where a list waits for its next part. */
  way: number;
  frames: Frames;
};

/** Of frames in which somebody scrolls and that had something new to show: how many there were, and how many of them were not as they should be. */
export type Frames = {
  all: number;
  /** What is scrolled was not where it had to be by then, or not all of it was there: what is seen. */
  dropped: number;
  /** What is scrolled was there in time, and what the page itself had to change besides came with a later frame, most of it below the screen. */
  late: number;
};

/** Scrolls the middle of a page, which is there, down for so many seconds. A text: nothing in it scrolls. */
export async function scrolled(page: Page, seconds: number): Promise<Scrolled | string> {
  const session = await page.context().newCDPSession(page);
  await page.evaluate(COUNT_FRAMES);
  const frames = await traceFrames(session, () => scroll(page, session, seconds));
  const { asked, from, to } = (await page.evaluate('frames')) as {
    asked: number[];
    from: number | null;
    to: number;
  };
  if (from === null) return 'nothing in it scrolls';
  return { asked, way: (100 * (to - from)) / (SPEED * seconds), frames };
}

/** What Chromium's compositor says of a frame when its outcome is known: once for the compositor's own part of it and once for the page's, if they differ. */
type Report = {
  frame_source: number;
  frame_sequence: number;
  state: 'STATE_PRESENTED_ALL' | 'STATE_PRESENTED_PARTIAL' | 'STATE_DROPPED' | 'STATE_NO_UPDATE_DESIRED';
  scroll_state: 'SCROLL_NONE' | 'SCROLL_COMPOSITOR_THREAD' | 'SCROLL_MAIN_THREAD';
  /** Something moves that this outcome would hold up. */
  affects_smoothness: boolean;
  /** A part of what is seen was not drawn yet. */
  has_missing_content: boolean;
};

type TraceEvent = { name?: string; ph?: string; args?: { frame_reporter?: Report } };

async function traceFrames(session: Session, act: () => Promise<void>): Promise<Frames> {
  const reports: Report[] = [];
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const { name, ph, args } of value as TraceEvent[])
      if (name === 'PipelineReporter' && ph === 'b' && args?.frame_reporter)
        reports.push(args.frame_reporter);
  });
  const complete = new Promise<void>((resolve) => session.once('Tracing.tracingComplete', () => resolve()));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['disabled-by-default-devtools.timeline.frame'] },
  });
  await act();
  await session.send('Tracing.end');
  await complete;
  return countFrames(reports);
}

function countFrames(reports: readonly Report[]): Frames {
  const ofScroll = reports.filter(
    ({ state, scroll_state }) => scroll_state !== 'SCROLL_NONE' && state !== 'STATE_NO_UPDATE_DESIRED',
  );
  const byFrame = Map.groupBy(ofScroll, (report) => `${report.frame_source} ${report.frame_sequence}`);
  const frames = [...byFrame.values()];
  const dropped = frames.filter((frame) => frame.some(isSeen));
  const late = frames.filter((frame) => !dropped.includes(frame) && frame.some(isHeldUp));
  return { all: frames.length, dropped: dropped.length, late: late.length };
}

/** Where the compositor scrolls, it has moved what is seen also in a frame that the page itself was late for; else only the page does. */
function isSeen(report: Report): boolean {
  const { state, scroll_state, has_missing_content } = report;
  if (has_missing_content) return true;
  return isHeldUp(report) && (state === 'STATE_DROPPED' || scroll_state === 'SCROLL_MAIN_THREAD');
}

function isHeldUp({ state, affects_smoothness }: Report): boolean {
  return affects_smoothness && state !== 'STATE_PRESENTED_ALL';
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
