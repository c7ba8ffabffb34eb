import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Load } from '../load/load.ts';
import type { FactSpans } from './fact-spans.ts';
import { judgeFacts } from './facts.ts';
import type { Write } from './writes.ts';

/** The service leaves the monolith at 100, its stream is behind the copy at 200, and at 900 the last fence before it went back began. */
const SPANS: FactSpans = { begins: 100, certain: [{ from: 200, to: 900 }] };

const write = (at: Write['at'], sentAt: number, endedAt = sentAt + 10): Write => ({ at, sentAt, endedAt });
const acked = write('ack', 300);

/** Of one account: what was written of its password, and how many events told of it. */
function judge(told: number, ...writes: Write[]) {
  const { problems, ...counts } = judgeFacts({
    writes: new Map([['auth.password', new Map([['7', new Map(writes.map((one, n) => [n, one]))]])]]),
    loads: new Map<string, Pick<Load, 'facts'>>([
      ['auth', { facts: { PasswordChanged: { promise: 'password', key: ({ userId }) => userId } } }],
      ['left-out', { facts: { Anything: { promise: 'it', key: ({ id }) => id } } }],
    ]),
    spans: new Map([['auth', SPANS]]),
    heard: new Map([['PasswordChanged', new Map(told > 0 ? [['7', told]] : [])]]),
  });
  assert.equal(problems.length, counts.missing + counts.doubled > 0 ? 1 : 0);
  return counts;
}

describe('an audit of facts', () => {
  it('is content with one event for each acknowledged write', () => {
    assert.deepEqual(judge(2, acked, acked), { expected: 2, missing: 0, doubled: 0 });
  });

  it('finds the one that is missing', () => {
    assert.deepEqual(judge(1, acked, acked), { expected: 2, missing: 1, doubled: 0 });
    assert.deepEqual(judge(0, acked), { expected: 1, missing: 1, doubled: 0 });
  });

  it('finds the one that came again, that tells of a refused write, or of none at all', () => {
    assert.deepEqual(judge(2, acked), { expected: 1, missing: 0, doubled: 1 });
    assert.deepEqual(judge(1, write('refused', 300)), { expected: 0, missing: 0, doubled: 1 });
    assert.deepEqual(judge(1), { expected: 0, missing: 0, doubled: 1 });
  });

  it('leaves to strangers, where there are any, what the load has never written of, and nothing else', () => {
    const told = (key: string, strangers: boolean) =>
      judgeFacts({
        writes: new Map([['auth.password', new Map([['7', new Map([[0, acked]])]])]]),
        loads: new Map<string, Pick<Load, 'facts'>>([
          ['auth', { facts: { PasswordChanged: { promise: 'password', key: ({ userId }) => userId } } }],
        ]),
        spans: new Map([['auth', SPANS]]),
        heard: new Map([
          ['PasswordChanged', new Map([...(key === '7' ? [] : ([['7', 1]] as const)), [key, 2]])],
        ]),
        strangers,
      }).doubled;
    assert.deepEqual([told('8', true), told('8', false), told('7', true)], [0, 2, 1]);
  });

  it('wants none from before the service left the monolith', () => {
    assert.deepEqual(judge(0, write('ack', 50)), { expected: 0, missing: 0, doubled: 0 });
    assert.deepEqual(judge(1, write('ack', 50)), { expected: 0, missing: 0, doubled: 1 });
  });

  it('takes one or none where the answer was unclear, while rows were copied, and when the links were dropped', () => {
    const unclear = [write('unknown', 300, Infinity), write('try', 50, Infinity)];
    const atTheEdges = [write('ack', 95), write('ack', 195), write('ack', 895), write('ack', 950)];
    for (const one of [...unclear, ...atTheEdges]) {
      for (const told of [0, 1]) assert.deepEqual(judge(told, one), { expected: 0, missing: 0, doubled: 0 });
      assert.equal(judge(2, one).doubled, 1);
    }
  });
});
