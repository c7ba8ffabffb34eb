/** How the files of a run are dealt out to lanes, and what that says about its end. All times in seconds. */

/** Of a file that nobody has timed. */
const UNKNOWN = 3;

export type Seconds = Readonly<Record<string, number>>;

export function expected(file: string, seconds: Seconds): number {
  return seconds[file] ?? UNKNOWN;
}

/**
 * Files that look at pages, but for the story, which needs a whole system too. Linux gives each browser as much of the processors as all that the run has
 * started besides (each is a session of its own, see autogroups in sched(7)): beside four of them a system under load waits for seconds, and what has
 * limits of its own fails.
 */
const PAGES = /^(packages\/ui|systems\/[\w-]+\/web)\/(?!story\.)/;

/** The longest first, so that no lane is left with a long one when the others have nothing more to do; and behind all others those that look at pages. */
export function longestFirst(files: readonly string[], seconds: Seconds): string[] {
  const byLength = files.toSorted((a, b) => expected(b, seconds) - expected(a, seconds) || (a < b ? -1 : 1));
  return [...byLength.filter((file) => !PAGES.test(file)), ...byLength.filter((file) => PAGES.test(file))];
}

export type Standing = {
  lanes: number;
  /** Files that have ended: what they were expected to take and what they took. */
  ended: { expected: number; took: number };
  /** Each file that runs: what it was expected to take, and how long it has run. */
  running: readonly { expected: number; elapsed: number }[];
  /** What the files that wait are expected to take, in the order in which they will start. */
  waiting: readonly number[];
};

/** How long the run still takes, by what is expected of its files and how much slower or faster this machine is. */
export function secondsLeft({ lanes, ended, running, waiting }: Standing): number {
  const pace = (ended.took + PRIOR) / (ended.expected + PRIOR);
  const free = Array.from({ length: lanes }, (_, lane) => {
    const file = running[lane];
    return file ? Math.max(0, file.expected * pace - file.elapsed) : 0;
  });
  for (const seconds of waiting) {
    const first = free.indexOf(Math.min(...free));
    free[first]! += seconds * pace;
  }
  return Math.max(...free);
}

/** As if so many seconds had gone as expected: the first short file says little about the machine. */
const PRIOR = 20;

/** e.g. `3:07` of minutes and seconds. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
