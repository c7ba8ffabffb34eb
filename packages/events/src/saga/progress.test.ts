import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Happened, nextMove, type StepOutline } from './progress.ts';

/** How each step goes: done, or failed with or without a known outcome; and how often its compensation fails first. */
const aCourse = fc.record({
  goes: fc.constantFrom('done', 'done', 'done', 'failed', 'unknown'),
  stuck: fc.nat({ max: 3 }),
  operator: fc.constantFrom('retry', 'skipped'),
  compensable: fc.boolean(),
});
type Course = { goes: string; stuck: number; operator: 'retry' | 'skipped'; compensable: boolean };

/** Plays a saga to its end, as the world and its operator decide. */
function play(courses: readonly Course[]): { steps: StepOutline[]; history: Happened[]; state: string } {
  const steps = courses.map(({ compensable }, index) => ({ name: `s${index}`, compensable }));
  const history: Happened[] = [];
  for (let moves = 0; moves < 1_000; moves++) {
    const next = nextMove(steps, history);
    if (next.move === 'end') return { steps, history, state: next.state };
    const { step } = next;
    const course = courses[Number(step.slice(1))]!;
    if (next.move === 'ask') history.push({ step, what: course.operator });
    else if (next.move === 'act') {
      if (course.goes === 'done') history.push({ step, what: 'done' });
      else history.push({ step, what: 'failed', unknown: course.goes === 'unknown' });
    } else {
      const failures = history.filter((each) => each.step === step && each.what === 'stuck').length;
      history.push({ step, what: failures < course.stuck ? 'stuck' : 'undone' });
    }
  }
  throw new Error('does not end');
}

const sagas = fc.array(aCourse, { minLength: 1, maxLength: 8 });

describe('the progress of a saga', () => {
  test('always comes to an end, COMPLETED only if every step was done', () => {
    fc.assert(
      fc.property(sagas, (courses) => {
        const { state } = play(courses);
        assert.equal(state, courses.every(({ goes }) => goes === 'done') ? 'COMPLETED' : 'FAILED');
      }),
    );
  });

  test('does each step once, in order, and none after the one that failed', () => {
    fc.assert(
      fc.property(sagas, (courses) => {
        const { steps, history } = play(courses);
        const acted = history
          .filter(({ what }) => what === 'done' || what === 'failed')
          .map(({ step }) => step);
        assert.deepEqual(
          acted,
          steps.slice(0, acted.length).map(({ name }) => name),
        );
        assert.ok(history.slice(0, acted.length).every(({ what }) => what === 'done' || what === 'failed'));
      }),
    );
  });

  test('settles once, the last first, every step that may have had an effect and has a compensation, and no other', () => {
    fc.assert(
      fc.property(sagas, (courses) => {
        const { steps, history, state } = play(courses);
        const settled = history
          .filter(({ what }) => what === 'undone' || what === 'skipped')
          .map(({ step }) => step);
        const wanted = steps.filter(
          ({ name, compensable }) =>
            compensable &&
            history.some(
              (each) =>
                each.step === name && (each.what === 'done' || (each.what === 'failed' && each.unknown)),
            ),
        );
        assert.deepEqual(settled, state === 'COMPLETED' ? [] : wanted.map(({ name }) => name).reverse());
      }),
    );
  });

  test('follows from its history alone: every beginning of a history leads on to the same next event', () => {
    fc.assert(
      fc.property(sagas, (courses) => {
        const { steps, history } = play(courses);
        for (const [index, happened] of history.entries()) {
          const next = nextMove(steps, history.slice(0, index));
          assert.equal(next.move === 'end' ? undefined : next.step, happened.step);
        }
      }),
    );
  });
});
