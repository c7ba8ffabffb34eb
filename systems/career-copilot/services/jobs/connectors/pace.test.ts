import assert from 'node:assert/strict';
import { it } from 'node:test';
import { blockedUntil, nextAt, UNKNOWN_HOST } from './pace.ts';

const NOW = Date.parse('2026-11-01T10:00:00Z');
const DAY = 86_400_000;

it('a host is asked at once, then a second later at the earliest, or as its robots.txt says, a minute at most', () => {
  assert.ok(nextAt(UNKNOWN_HOST) <= NOW);
  const asked = { ...UNKNOWN_HOST, lastAt: NOW };
  assert.equal(nextAt(asked), NOW + 1_000);
  assert.equal(nextAt({ ...asked, crawlDelayMs: 5_000 }), NOW + 5_000);
  assert.equal(nextAt({ ...asked, crawlDelayMs: 1e9 }), NOW + 60_000);
  assert.equal(nextAt({ ...asked, blockedUntil: NOW + 90_000 }), NOW + 90_000);
});

it('a host that asks to be left alone is, for as long as it says, between a second and a day', () => {
  const cases: [string | null, number][] = [
    ['120', 120_000],
    ['0', 1_000],
    ['99999999', DAY],
    ['Sun, 01 Nov 2026 10:05:00 GMT', 300_000],
    ['Sun, 01 Nov 2020 10:05:00 GMT', 1_000],
    ['soon', 60_000],
    ['', 60_000],
    [null, 60_000],
  ];
  for (const [said, ms] of cases) assert.equal(blockedUntil(said, NOW) - NOW, ms, String(said));
});
