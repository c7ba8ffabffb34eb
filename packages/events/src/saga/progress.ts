/** What the decision needs to know of a step. */
export type StepOutline = {
  name: string;
  /** It has a compensation. */
  compensable: boolean;
};

/** What has happened in a saga, in order. Nothing else decides what comes next. */
export type Happened =
  | { step: string; what: 'done' }
  /** Of its attempts none succeeded. `unknown`: one of them may have had its effect all the same. */
  | { step: string; what: 'failed'; unknown: boolean }
  | { step: string; what: 'undone' }
  /** Its compensation failed at every attempt. */
  | { step: string; what: 'stuck' }
  /** An operator's answer to `stuck`: compensate again, or go on without. */
  | { step: string; what: 'retry' | 'skipped' };

export type Move =
  | { move: 'act'; step: string }
  | { move: 'undo'; step: string }
  /** Wait for an operator. */
  | { move: 'ask'; step: string }
  | { move: 'end'; state: 'COMPLETED' | 'FAILED' };

/**
 * What a saga does next: its steps in order; after the first that fails, the compensations of all that may have had an
 * effect, the last one first.
 */
export function nextMove(steps: readonly StepOutline[], history: readonly Happened[]): Move {
  const failed = history.find((each) => each.what === 'failed');
  if (!failed) {
    const step = steps.find(
      ({ name }) => !history.some((each) => each.step === name && each.what === 'done'),
    );
    return step ? { move: 'act', step: step.name } : { move: 'end', state: 'COMPLETED' };
  }
  for (const { name } of toUndo(steps, history).reverse()) {
    const last = history.findLast((each) => each.step === name)!.what;
    if (last === 'undone' || last === 'skipped') continue;
    return last === 'stuck' ? { move: 'ask', step: name } : { move: 'undo', step: name };
  }
  return { move: 'end', state: 'FAILED' };
}

function toUndo(steps: readonly StepOutline[], history: readonly Happened[]): StepOutline[] {
  return steps.filter(
    ({ name, compensable }) =>
      compensable &&
      history.some(
        (each) => each.step === name && (each.what === 'done' || (each.what === 'failed' && each.unknown)),
      ),
  );
}
