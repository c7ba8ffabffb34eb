import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ServiceStatus } from '@banyan/banyan/operate';
import { begin, type Goal, limitsFor, type Move, nextMove } from './progress.ts';

const GOAL: Goal = { service: 'users', stage: 'migrated' };
const LIMITS = limitsFor(1);

function status(over: Partial<ServiceStatus> = {}): ServiceStatus {
  return {
    service: 'users',
    stage: 'monolith',
    share: 0,
    target: { stage: 'migrated', share: 10_000 },
    paused: null,
    message: '',
    since: '2026-11-26T00:00:00Z',
    links: [],
    verification: [],
    evidence: {
      seconds: 0,
      requests: { monolith: 0, service: 0 },
      failures: { monolith: 0, service: 0 },
      rescued: 0,
      p95Ms: { monolith: 0, service: 0 },
      compared: 0,
      mismatched: 0,
    },
    rollbackImpact: { verdict: 'lossless', details: [] },
    ...over,
  } as ServiceStatus;
}

const wentBack = status({ target: { stage: 'monolith', share: 0 }, paused: 'p95 on the service is 1500 ms' });

/** A control plane that shows one status after another; each is looked at after so many ms. */
function follow(looks: Array<[afterMs: number, ServiceStatus]>, limits = LIMITS) {
  let now = 0;
  let progress = begin(now);
  const moves: Move['do'][] = [];
  const said: string[] = [];
  let why = '';
  for (const [afterMs, seen] of looks) {
    now += afterMs;
    const next = nextMove(GOAL, seen, progress, now, limits);
    progress = next.progress;
    moves.push(next.move.do);
    if (next.say) said.push(next.say);
    if (next.move.do === 'giveUp') why = next.move.why;
  }
  return { moves, said, why };
}

it('asks once, waits while things move, and sees that it is there', () => {
  const looks: Array<[number, ServiceStatus]> = [
    [0, status()],
    [400, status({ stage: 'copying' })],
    [80_000, status({ stage: 'shadowing' })],
    [80_000, status({ stage: 'canary', share: 100 })],
    [80_000, status({ stage: 'migrated', share: 10_000 })],
  ];
  assert.deepEqual(follow(looks).moves, ['ask', 'wait', 'wait', 'wait', 'arrived']);
});

it('sees that a link moves which does something else than copying', () => {
  const begins = (rows: number) =>
    status({
      stage: 'copying',
      links: [{ state: 'copying', rowsCopied: 9, resting: `begins streams, ${rows} rows` }] as never,
    });
  const looks: Array<[number, ServiceStatus]> = [
    [0, status()],
    [80_000, begins(1)],
    [80_000, begins(2)],
    [91_000, begins(2)],
  ];
  assert.deepEqual(follow(looks).moves, ['ask', 'wait', 'wait', 'giveUp']);
});

it('asks nothing of a service that is there already', () => {
  assert.deepEqual(follow([[0, status({ stage: 'migrated', share: 10_000 })]]).moves, ['arrived']);
});

it('tells a rollback as what it is, lets it come home, rests, and tries again', () => {
  const onItsWay = { ...wentBack, stage: 'canary' as const, share: 100 };
  const { moves, said } = follow([
    [0, status()],
    [400, onItsWay],
    [60_000, onItsWay],
    [400, wentBack],
    [400, status({ stage: 'copying' })],
    [400, status({ stage: 'migrated', share: 10_000 })],
  ]);
  assert.deepEqual(moves, ['ask', 'wait', 'wait', 'ask', 'wait', 'arrived']);
  assert.match(said[0]!, /went back by itself, no write lost: p95 on the service is 1500 ms/);
});

it('rests longer after each setback, and gives up a service that goes back again and again', () => {
  const looks: Array<[number, ServiceStatus]> = [[0, status()]];
  for (let again = 0; again < 5; again += 1)
    looks.push([400, wentBack], [3_999 * 2 ** again, wentBack], [10, wentBack]);
  const { moves, why } = follow(looks);
  assert.deepEqual(moves.slice(0, 7), ['ask', 'wait', 'wait', 'ask', 'wait', 'wait', 'ask']);
  assert.match(why, /^5 times: went back by itself/);
});

it('takes fenced steps that failed in a row for a setback, not for the end', () => {
  const paused = status({ stage: 'canary', share: 100, paused: '6 fenced steps failed in a row' });
  const { moves, said } = follow([
    [0, status()],
    [400, paused],
    [5_000, { ...paused, target: { stage: 'canary', share: 100 } }],
  ]);
  assert.deepEqual(moves, ['ask', 'wait', 'ask']);
  assert.match(said[0]!, /waits: 6 fenced steps/);
});

it('lets a service that is on its way back come home before it asks, and does not wait for that for ever', () => {
  const goingHome = { ...wentBack, stage: 'shadowing' as const };
  assert.deepEqual(
    follow([
      [0, goingHome],
      [400, goingHome],
      [400, wentBack],
    ]).moves,
    ['wait', 'wait', 'ask'],
  );
  assert.equal(
    follow([
      [0, goingHome],
      [400_000, goingHome],
    ]).moves.at(-1),
    'giveUp',
  );
});

it('gives up only what does not move, later on a slow machine, and says where it stands', () => {
  const still = status({ stage: 'canary', share: 100, message: '5 of 6 requests seen at 1%' });
  const looks: Array<[number, ServiceStatus]> = [
    [0, status()],
    [400, still],
    [95_000, still],
  ];
  assert.match(follow(looks).why, /it is at canary after 95 s: 5 of 6 requests seen/);
  assert.equal(follow(looks, limitsFor(2)).moves.at(-1), 'wait');
});

it('does not wait for ever for a service that moves and does not arrive', () => {
  const looks: Array<[number, ServiceStatus]> = [[0, status()]];
  for (let seen = 0; seen < 5; seen += 1) looks.push([80_000, status({ message: `try ${seen}` })]);
  assert.equal(follow(looks).moves.at(-1), 'giveUp');
});
