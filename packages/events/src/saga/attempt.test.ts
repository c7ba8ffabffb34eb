import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CallError } from '@banyan/service';
import { attempt } from './attempt.ts';
import { toMilliseconds } from './duration.ts';
import { isStepFailed, Refused, type StepFailed } from './errors.ts';
import { byCount } from './retrying.ts';

const plan = { step: 's', retrying: byCount(3, 1_000), timeoutMs: 1_000, mayHaveRun: false };

async function tried(
  run: (attempt: number) => Promise<unknown>,
  change: Partial<Parameters<typeof attempt>[0]> = {},
) {
  const pauses: number[] = [];
  let runs = 0;
  const failure = await attempt(
    { ...plan, ...change },
    ({ attempt: number }) => {
      runs++;
      return run(number);
    },
    async (ms) => void pauses.push(ms),
  ).then(
    () => assert.fail('it succeeded'),
    (error): StepFailed => error,
  );
  assert.ok(isStepFailed(failure));
  return { failure, pauses, runs };
}

describe('attempts of a step', () => {
  test('are three more after the first, 1, 2 and 4 s apart', async () => {
    const { failure, pauses, runs } = await tried(async () => {
      throw new Error('no');
    });
    assert.deepEqual([runs, pauses], [4, [1_000, 2_000, 4_000]]);
    assert.deepEqual([failure.message, failure.unknown, failure.attempts.length], ['no', true, 4]);
  });

  test('end with one that is refused, whose outcome is known if that of all before is', async () => {
    const refuse = async () => {
      throw new Refused('never');
    };
    assert.equal((await tried(refuse)).runs, 1);
    assert.equal((await tried(refuse)).failure.unknown, false);
    assert.equal((await tried(refuse, { mayHaveRun: true })).failure.unknown, true);
    const late = await tried(async (number) => (number === 1 ? Promise.reject(new Error('lost')) : refuse()));
    assert.equal(late.failure.unknown, true);
  });

  test('are given up in time even if the action heeds no signal', async () => {
    const { failure } = await tried(() => new Promise((resolve) => setTimeout(resolve, 60_000).unref()), {
      timeoutMs: 5,
      retrying: byCount(0, 0),
    });
    assert.deepEqual(failure.attempts[0]?.kind, 'timeout');
  });

  test('that meet an open circuit do not hide the cause, and of very many not all are kept', async () => {
    const circuit = new CallError('CIRCUIT_OPEN', {
      service: 'bank',
      operation: 'pay',
      reason: 'its circuit is open',
    });
    const failed = new CallError('FAILED', { service: 'bank', operation: 'pay', reason: 'it answered 500' });
    const { failure } = await tried(async (number) => Promise.reject(number === 1 ? failed : circuit), {
      retrying: byCount(200, 0),
    });
    assert.deepEqual([failure.message, failure.made], ['bank pay: it answered 500', 201]);
    assert.equal(failure.attempts.length, 50);
  });

  test('do not begin after the deadline', async () => {
    const stop = async () => ({ kind: 'deadline' as const, message: 'over' });
    const { failure, runs } = await tried(async () => 1, { stop });
    assert.deepEqual([runs, failure.attempts[0]?.kind, failure.unknown], [0, 'deadline', false]);
  });
});

test('durations are milliseconds or ISO 8601, and nothing else', () => {
  assert.equal(toMilliseconds(5), 5);
  assert.equal(toMilliseconds('PT30S'), 30_000);
  assert.equal(toMilliseconds('P1DT2H3M0.5S'), 93_780_500);
  assert.equal(toMilliseconds('P2W'), 1_209_600_000);
  for (const wrong of ['P1Y', 'P', 'PT', '3d', -1, Number.NaN, '']) {
    assert.throws(() => toMilliseconds(wrong), { code: 'SAGA_DURATION' });
  }
});
