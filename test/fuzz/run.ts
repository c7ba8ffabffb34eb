import { seeded } from '../random.ts';
import type { Session, Target } from './target.ts';

export type RunOptions = {
  seed: number;
  /** Ends after this long, or after so many inputs, whichever comes first. */
  limitMs: number;
  inputs?: number;
  /** Only this input, to repeat a failure. */
  only?: number;
};

export type Failure = { input: number; problem: string; shown: string };

export type RunResult = {
  target: string;
  inputs: number;
  /** How many inputs failed; `failures` has one of each kind. */
  failed: number;
  failures: Failure[];
  figures: string;
};

/** Between two looks at memory and event loop, ms. */
const LOOK_MS = 1_000;
/** After this many failures a target is left: the rest would tell the same. */
const MOST_FAILURES = 200;
/** How long one failing input is made smaller, ms. */
const SHRINK_MS = 10_000;
/** Kinds of failure that are looked into. */
const MOST_KINDS = 6;

/**
 * Tries inputs of one target until the time is over. Input n of a seed is always the same, whatever ran before it. Of
 * each kind of failure the first is tried again alone, on a fresh session, and made smaller as long as it fails.
 */
export async function runTarget(target: Target, options: RunOptions): Promise<RunResult> {
  const { seed, only } = options;
  const deadline = performance.now() + options.limitMs;
  const first = only ?? 0;
  const end = only === undefined ? (options.inputs ?? Number.POSITIVE_INFINITY) : first + 1;
  const suspects: Suspect[] = [];
  let next = first;
  let figures = '';
  while (next < end && performance.now() < deadline && suspects.length < MOST_FAILURES) {
    const session = await target.open();
    next = await runRound(target, session, suspects, { seed, next, end, deadline });
    figures = session.figures();
    await session.close();
  }
  const kinds = Map.groupBy(suspects, ({ problem }) => kindOf(problem));
  const failures: Failure[] = [];
  for (const [suspect] of [...kinds.values()].slice(0, MOST_KINDS))
    failures.push(await confirm(target, seed, suspect!));
  return { target: target.name, inputs: next - first, failed: suspects.length, failures, figures };
}

/** The same words, whatever the numbers in them. */
function kindOf(problem: string): string {
  return (problem.split(/[:;]/, 1)[0] as string).replace(/\d+/g, 'n');
}

/** The input that this number stands for. */
function inputOf(target: Target, seed: number, index: number): unknown {
  let mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35);
  for (const char of target.name) mixed = Math.imul(mixed ^ char.charCodeAt(0), 0x01000193);
  return target.generate(seeded(mixed));
}

type Suspect = { inputs: number[]; problem: string };
type Round = { seed: number; next: number; end: number; deadline: number };

/** Runs inputs in the target's lanes until the session is no good any more or the time is over; returns the next one. */
async function runRound(
  target: Target,
  session: Session,
  suspects: Suspect[],
  { seed, next, end, deadline }: Round,
): Promise<number> {
  const running = new Set<number>();
  let recent: number[] = [];
  let lookAt = performance.now() + LOOK_MS;
  let looking: Promise<void> | null = null;
  let good = true;
  const complain = () => {
    for (const problem of session.complaints()) {
      suspects.push({ inputs: [...new Set([...running, ...recent])], problem });
      good &&= session.usable();
    }
  };
  const lane = async () => {
    while (good && next < end && performance.now() < deadline && suspects.length < MOST_FAILURES) {
      const index = next++;
      running.add(index);
      const problem = await session.run(inputOf(target, seed, index));
      if (problem !== null) {
        suspects.push({ inputs: [index], problem });
      }
      complain();
      running.delete(index);
      recent = [...recent.slice(1 - target.lanes), index];
      if (performance.now() >= lookAt && looking === null) {
        looking = session.look().finally(() => {
          looking = null;
          lookAt = performance.now() + LOOK_MS;
        });
      }
    }
  };
  await Promise.all(Array.from({ length: target.lanes }, lane));
  await looking;
  if (good) await session.look();
  complain();
  return next;
}

/** Finds which input it was, and its smallest form. */
async function confirm(target: Target, seed: number, { inputs, problem }: Suspect): Promise<Failure> {
  const found = await withSession(target, async (session) => {
    for (const index of inputs) {
      const again = await tryOn(session, inputOf(target, seed, index));
      if (again !== null) return { input: index, problem: again };
    }
    return null;
  });
  if (found !== null)
    return { ...found, shown: target.show(await shrink(target, inputOf(target, seed, found.input))) };
  const last = inputs.at(-1) ?? 0;
  const shown = target.show(inputOf(target, seed, last));
  return { input: last, problem: `${problem} (not when tried again)`, shown };
}

async function tryOn(session: Session, input: unknown): Promise<string | null> {
  const problem = await session.run(input);
  await session.look();
  return problem ?? session.complaints()[0] ?? null;
}

/** Goes on with the first smaller input that fails too, until none does. */
async function shrink(target: Target, input: unknown): Promise<unknown> {
  const deadline = performance.now() + SHRINK_MS;
  let smallest = input;
  for (let found = true; found; ) {
    // One that failed may have spoilt its session; those that did not may share one.
    found = await withSession(target, async (session) => {
      for (const smaller of target.smaller(smallest)) {
        if (performance.now() > deadline) return false;
        if ((await tryOn(session, smaller)) === null) continue;
        smallest = smaller;
        return true;
      }
      return false;
    });
  }
  return smallest;
}

async function withSession<T>(target: Target, use: (session: Session) => Promise<T>): Promise<T> {
  const session = await target.open();
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}
