import { setTimeout as delay } from 'node:timers/promises';

export type PaceOptions = {
  /** At most, whatever the databases could do. */
  rowsPerSecond: number;
  /** After a range, rest so many times as long as it took: 2 leaves the databases alone two thirds of the time. */
  rest: number;
  /** Asked between two ranges: while it says true, users wait, and only `leastRowsPerSecond` are done. */
  usersWait: () => boolean;
  leastRowsPerSecond: number;
  /** Ends a rest at once. */
  signal?: AbortSignal;
  /** Default: the real one. */
  clock?: PaceClock;
};

type PaceClock = { now: () => number; sleep: (ms: number) => Promise<unknown> };

/** What long work over many rows (copy, verification) may take of the databases, asked for between two ranges. */
export type Pace = {
  /** Rows of a range, which is done at once. */
  rangeRows: number;
  throttle: { pause: () => Promise<boolean> };
  /** To be told of the rows done so far. */
  onRows: (rows: number) => void;
};

/**
 * Ranges a second at full pace: the load comes in ripples, not in waves. Not more of them: a range costs some eight round trips whatever is in it, as much as
 * several hundred rows do, and on a busy machine each takes as long as others have the processors.
 */
const RANGES_PER_SECOND = 10;
/** The longest rest after a range, ms: behind a lock or on a very slow database the work still goes on. */
const LONGEST_REST_MS = 1_000;
/** What was not done in its time is made up for in part only: after a long rest there is no burst, ms. */
const MAKES_UP_MS = 1_000;
/** How soon it is noticed that users no longer wait, ms. */
const LOOK_MS = 100;

/**
 * Holds a single worker back by rows and by time: where the databases are busy a range takes longer, and so does the rest
 * after it; while users wait for longer than before it goes on at the least pace only. `pause` takes the time itself and never says true.
 */
export function paceOf(options: PaceOptions): Pace {
  const { rowsPerSecond, rest, usersWait, leastRowsPerSecond, signal, clock = realClock(signal) } = options;
  const rangeRows = Math.max(100, Math.min(20_000, Math.ceil(rowsPerSecond / RANGES_PER_SECOND)));
  /** A range now and then, however long users wait. */
  const longestWaitMs = (rangeRows / leastRowsPerSecond) * 1000;
  let first: { at: number; rows: number } | null = null;
  let rows = 0;
  let begunAt: number | null = null;
  return {
    rangeRows,
    throttle: {
      async pause() {
        const at = clock.now();
        const early = first ? first.at + ((rows - first.rows) / rowsPerSecond) * 1000 - at : 0;
        if (early < -MAKES_UP_MS) first = { at: at - MAKES_UP_MS, rows };
        const tired = begunAt === null ? 0 : Math.min(LONGEST_REST_MS, (at - begunAt) * rest);
        const wait = Math.max(early, tired);
        if (wait > 0 && !signal?.aborted) await clock.sleep(wait);
        for (;;) {
          const left = longestWaitMs - (clock.now() - at);
          if (left <= 0 || signal?.aborted || !usersWait()) break;
          await clock.sleep(Math.min(LOOK_MS, left));
        }
        begunAt = clock.now();
        return false;
      },
    },
    onRows(done) {
      // The first report may hold rows of an earlier run.
      first ??= { at: clock.now(), rows: done };
      rows = done;
    },
  };
}

function realClock(signal: AbortSignal | undefined): PaceClock {
  return {
    now: () => performance.now(),
    sleep: (ms) => delay(ms, undefined, { signal }).catch(() => {}),
  };
}
