import assert from 'node:assert/strict';
import { it } from 'node:test';
import { brokenPromises, jsonOf, nextSteps, renderReport, type TourReport } from './report.ts';

const GOOD: TourReport = {
  seconds: 130,
  requests: 30_000,
  failed: 0,
  longestFenceMs: 80,
  lagP99Ms: 20,
  writes: { acknowledged: 7_000, lost: 0, doubled: 0 },
  facts: { expected: 5_000, missing: 0, doubled: 0 },
  stages: [
    {
      service: 'auth',
      stage: 'monolith',
      requests: 1_000,
      failed: 0,
      p50Ms: 3,
      p95Ms: 12,
      p99Ms: 20,
      p95VsMonolith: 1,
      cpuMsPerRequest: 4.25,
    },
    {
      service: 'auth',
      stage: 'copying',
      requests: 1_000,
      failed: 0,
      p50Ms: 3,
      p95Ms: 18,
      p99Ms: 30,
      p95VsMonolith: 1.5,
      cpuMsPerRequest: null,
    },
  ],
  rows: { copied: 100, verified: 100, divergent: 0 },
  rollback: { lossless: true, proven: true },
  balances: {},
  unfinished: [],
  wentBack: [],
  stalls: [],
  rates: { asked: 300, lowest: 300 },
};
const NEXT = {
  smaller: 'npm start -- --rate 60 --users 2000',
  staysUp: false,
  gatewayUrl: 'http://127.0.0.1:1',
  logs: 'logs',
  service: 'auth',
};

it('keeps every promise when the machine was slow: a story that is not finished breaks none', () => {
  const slow: TourReport = {
    ...GOOD,
    unfinished: ['users did not get to migrated: 5 times: went back by itself'],
    wentBack: [{ service: 'auth', from: 'migrated', why: 'its lock refused a write' }],
    rollback: { lossless: false, proven: false },
    rates: { asked: 150, lowest: 75 },
  };
  assert.deepEqual(brokenPromises(slow), []);
  const text = renderReport(slow);
  assert.match(text, /by itself, no write lost by it:\n {2}- auth, from migrated: its lock refused a write/);
  assert.match(text, /Not reached, and nothing lost by it:\n {2}- users did not get to migrated/);
  assert.match(text, /lowered from 150 to 75/);
  assert.match(nextSteps(slow, NEXT), /npm start -- --rate/);
});

it('tells whoever stays where its pages are, if it has any', () => {
  const invitation = ['Use it meanwhile: http://127.0.0.1:1', '(log in as somebody)'];
  assert.match(
    nextSteps(GOOD, { ...NEXT, staysUp: true, invitation }),
    /\nUse it meanwhile: .*\n\(log in as somebody\)\n/,
  );
  assert.doesNotMatch(nextSteps(GOOD, { ...NEXT, staysUp: true }), /meanwhile|undefined/);
});

it('breaks its promises for failed requests, lost and doubled writes, missing and doubled facts, rows that differ, and going back with a loss', () => {
  const bad: Array<Partial<TourReport>> = [
    { failed: 1 },
    { writes: { acknowledged: 10, lost: 1, doubled: 0 } },
    { writes: { acknowledged: 10, lost: 0, doubled: 1 } },
    { facts: { expected: 10, missing: 1, doubled: 0 } },
    { facts: { expected: 10, missing: 0, doubled: 1 } },
    { rows: { copied: 1, verified: 1, divergent: 1 } },
    { rollback: { lossless: false, proven: true } },
    { requests: 0 },
  ];
  for (const one of bad) assert.equal(brokenPromises({ ...GOOD, ...one }).length, 1, JSON.stringify(one));
});

it('shows each stage held against the monolith, and what took the time when users stood', () => {
  const stall = {
    what: 'fence of users, canary 10% → canary 50%',
    at: '2026-11-26T01:00:00.500Z',
    ms: 1_054,
    causes: [
      {
        kind: 'cpu-wait' as const,
        who: 'gateway',
        ms: 800,
        text: 'the machine took the time: gateway waited 800 ms',
      },
    ],
  };
  const text = renderReport({ ...GOOD, stalls: [stall] });
  assert.match(text, /auth +copying .* 1\.5 x/);
  assert.match(
    text,
    /fence of users, canary 10% → canary 50%: 1,054 ms at 01:00:00\.500\n {2}- the machine took the time/,
  );
});

it('always says what to do next', () => {
  assert.match(nextSteps(GOOD, NEXT), /docs\/guide\.md/);
  assert.match(nextSteps(GOOD, { ...NEXT, staysUp: true }), /npx banyan status/);
  assert.match(nextSteps({ ...GOOD, failed: 1 }, NEXT), /report it/);
});

it('breaks a promise when what is 0 at every moment was not, and tells it under its own name', () => {
  const balanced: TourReport = { ...GOOD, balances: { ledger: { entriesSum: 0, negativeWallets: 0 } } };
  assert.deepEqual(brokenPromises(balanced), []);
  assert.match(renderReport(balanced), /^ledger +entriesSum 0, negativeWallets 0$/m);
  const off: TourReport = { ...GOOD, balances: { ledger: { entriesSum: -3, negativeWallets: 0 } } };
  assert.deepEqual(brokenPromises(off), ['ledger: entriesSum is -3 and not 0']);
  const { ledger, balances } = jsonOf(off) as Record<string, unknown>;
  assert.deepEqual([ledger, balances], [{ entriesSum: -3, negativeWallets: 0 }, undefined]);
});
