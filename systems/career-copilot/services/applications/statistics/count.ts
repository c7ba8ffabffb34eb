import { APPLICATION_STATES } from '../../../api/tracking.ts';
import { ANSWERS, type Group, type Stay } from './decide.ts';

/** Columns of a user's applications, each in the same order. Times are in days since 1970. */
export type Applications = {
  id: readonly number[];
  state: readonly string[];
  source: readonly string[];
  ghosted: readonly (number | null)[];
};

/** Columns of the steps of their timelines: of one application together, as they followed each other. */
export type Steps = { of: readonly number[]; stage: readonly string[]; at: readonly number[] };

/** Applications that are alike, and how long stages lasted of all that have left them. Pure. */
export function count(
  applications: Applications,
  steps: Steps,
): { groups: Group[]; stays: Stay[]; medianDaysToAnswer: number | null } {
  const ofApplication = new Map(applications.id.map((id, index) => [id, index]));
  const reached = new Uint32Array(applications.id.length);
  const days = new Map<string, number[]>();
  const daysToAnswer: number[] = [];
  steps.of.forEach((id, step) => {
    const index = ofApplication.get(id)!;
    const stage = steps.stage[step]!;
    reached[index]! |= BITS[stage] ?? 0;
    const isLast = steps.of[step + 1] !== id;
    const left = isLast ? ghostedAt(applications, index) : steps.at[step + 1]!;
    if (left === null) return;
    const stayed = left - steps.at[step]!;
    if (!days.has(stage)) days.set(stage, []);
    days.get(stage)!.push(stayed);
    if (!isLast && stage === 'applied' && isAnswer(steps.stage[step + 1]!)) daysToAnswer.push(stayed);
  });
  return {
    groups: groupsOf(applications, reached),
    stays: [...days].map(([stage, all]) => ({
      stage,
      left: all.length,
      average_days: all.reduce((sum, one) => sum + one, 0) / all.length,
      median_days: median(all),
    })),
    medianDaysToAnswer: median(daysToAnswer),
  };
}

function groupsOf({ state, source }: Applications, reached: Uint32Array): Group[] {
  const groups = new Map<string, Group>();
  reached.forEach((bits, index) => {
    const key = `${bits} ${source[index]} ${state[index]}`;
    const group = groups.get(key);
    if (group) group.applications++;
    else {
      const stages = APPLICATION_STATES.filter((stage) => bits & BITS[stage]!);
      groups.set(key, { state: state[index]!, source: source[index]!, reached: stages, applications: 1 });
    }
  });
  return [...groups.values()];
}

/** A set of states as bits: a user may have thousands of applications. What is no state counts nowhere. */
const BITS: Record<string, number> = Object.fromEntries(
  APPLICATION_STATES.map((state, index) => [state, 1 << index]),
);

function ghostedAt({ state, ghosted }: Applications, index: number): number | null {
  return state[index] === 'ghosted' ? ghosted[index]! : null;
}

function isAnswer(stage: string): boolean {
  return (ANSWERS as readonly string[]).includes(stage);
}

/** Of an even number the middle of the two in the middle, as `percentile_cont`. */
function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
