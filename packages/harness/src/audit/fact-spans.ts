import type { StepRecord } from '@banyan/banyan/operate';

/** Times in ms since 1970. */
type Span = { from: number; to: number };

/** When the writes of a service were told as events. */
export type FactSpans = {
  /** Before it nothing is told: the monolith does all, and nobody follows it. Infinity: the service never left. */
  begins: number;
  /** Whatever was sent and acknowledged within one of these is told. Outside of them it may be. */
  certain: Span[];
};

/**
 * By the steps of one service. Facts of the monolith begin with the stream behind the copy, so at the latest when the service has
 * left `copying`; they end when its links are dropped, which waits for what the monolith had done when the service came back to it.
 * Where that was given up, only what its last fence had waited for is certain.
 */
export function factSpans(steps: readonly StepRecord[], isBack: boolean): FactSpans {
  const inOrder = [...steps].sort((a, b) => a.id - b.id);
  const stays = staysOf(inOrder);
  return {
    begins: inOrder.length === 0 ? Number.POSITIVE_INFINITY : Date.parse(inOrder[0]!.startedAt),
    certain: stays.flatMap((stay, index) => {
      const from = passedCopy(stay);
      const ended = isBack || index < stays.length - 1;
      const to = ended ? (cameBack(stay) ?? lastFence(stay)) : Number.POSITIVE_INFINITY;
      return from < to ? [{ from, to }] : [];
    }),
  };
}

/** Each begins with a step away from the monolith. */
function staysOf(steps: readonly StepRecord[]): StepRecord[][] {
  const stays: StepRecord[][] = [];
  for (const step of steps) {
    const leaves = step.from === 'monolith' && step.to !== 'monolith';
    if (leaves || stays.length === 0) stays.push([]);
    stays.at(-1)!.push(step);
  }
  return stays;
}

/** A step whose controller died may have been made or not; the next one says where it left from. */
function passedCopy(stay: readonly StepRecord[]): number {
  for (const { from, outcome, startedAt, endedAt } of stay) {
    if (from === 'copying' && outcome === 'done') return Date.parse(endedAt!);
    if (from !== 'monolith' && from !== 'copying') return Date.parse(startedAt);
  }
  return Number.POSITIVE_INFINITY;
}

/** The step back; undefined if its link was dropped before all was told, which is on record as a step to where it was. */
function cameBack(stay: readonly StepRecord[]): number | undefined {
  if (stay.some(({ from, to }) => from === 'monolith' && to === 'monolith')) return undefined;
  const back = stay.findLast(({ to }) => to === 'monolith');
  return back && Date.parse(back.startedAt);
}

function lastFence(stay: readonly StepRecord[]): number {
  const fences = stay.filter(({ outcome, fenceMs }) => outcome === 'done' && fenceMs !== null);
  return fences.length === 0 ? Number.NEGATIVE_INFINITY : Date.parse(fences.at(-1)!.startedAt);
}
