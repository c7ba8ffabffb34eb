import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { nextDigest, quietUntil } from './times.ts';

const NIGHT = { from: '22:00', to: '07:00' };
const at = (text: string) => new Date(text);
const until = (now: string, zone: string, quiet = NIGHT) => quietUntil(at(now), quiet, zone)?.toISOString();

/** As a clock on the wall there shows it, by other means than those under test. */
function shown(moment: Date, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return format.format(moment);
}
function isQuiet(moment: Date, { from, to }: typeof NIGHT, zone: string): boolean {
  const now = shown(moment, zone);
  return from <= to ? from <= now && now < to : from <= now || now < to;
}

describe('quiet hours', () => {
  it('hold until their end where the person is', () => {
    assert.equal(until('2026-11-01T23:30:00Z', 'UTC'), '2026-11-02T07:00:00.000Z');
    assert.equal(until('2026-07-01T21:00:00Z', 'Europe/Berlin'), '2026-07-02T05:00:00.000Z');
    assert.equal(until('2026-07-01T12:00:00Z', 'Europe/Berlin'), undefined);
    assert.equal(quietUntil(at('2026-07-01T23:00:00Z'), null, 'UTC'), null);
  });

  it('end an hour earlier or later by UTC in the nights in which clocks are set', () => {
    assert.equal(until('2026-03-28T23:00:00Z', 'Europe/Berlin'), '2026-03-29T05:00:00.000Z');
    assert.equal(until('2026-10-24T22:00:00Z', 'Europe/Berlin'), '2026-10-25T06:00:00.000Z');
  });

  it('end with the skipped hour if their end is skipped, and at both of two ends', () => {
    const early = { from: '22:00', to: '02:30' };
    assert.equal(until('2026-03-29T00:10:00Z', 'Europe/Berlin', early), '2026-03-29T01:00:00.000Z');
    assert.equal(until('2026-10-25T00:10:00Z', 'Europe/Berlin', early), '2026-10-25T00:30:00.000Z');
    assert.equal(until('2026-10-25T01:10:00Z', 'Europe/Berlin', early), '2026-10-25T01:30:00.000Z');
  });

  it('end at the first minute that is not quiet, in any zone, at any time', () => {
    const time = fc
      .integer({ min: 0, max: 24 * 60 - 1 })
      .map(
        (minute) =>
          `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`,
      );
    const zone = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
    );
    // Around the days on which clocks are set more often than on others.
    const minute = fc.oneof(
      fc.integer({ min: 0, max: 366 * 24 * 60 }),
      ...['2026-03-08', '2026-03-29', '2026-04-05', '2026-10-04', '2026-10-25', '2026-11-01'].map((day) => {
        const start = (at(`${day}T00:00:00Z`).getTime() - at('2026-01-01T00:00:00Z').getTime()) / 60_000;
        return fc.integer({ min: start - 24 * 60, max: start + 24 * 60 });
      }),
    );
    const YEAR = at('2026-01-01T00:00:00Z').getTime();
    fc.assert(
      fc.property(minute, time, time, zone, (minutes, from, to, where) => {
        const now = new Date(YEAR + minutes * 60_000);
        const quiet = { from, to };
        const end = quietUntil(now, quiet, where);
        if (!isQuiet(now, quiet, where)) return assert.equal(end, null);
        assert.ok(end && end > now);
        assert.ok(!isQuiet(end, quiet, where), `quiet at ${end.toISOString()}`);
        assert.ok(isQuiet(new Date(end.getTime() - 60_000), quiet, where), 'a minute earlier it was over');
      }),
      { numRuns: 300 },
    );
  });
});

describe('a digest', () => {
  it('comes at eight where the person is, whatever clocks do', () => {
    const next = (now: string, way: 'daily' | 'weekly', zone: string) =>
      nextDigest(at(now), way, zone).toISOString();
    assert.equal(next('2026-11-27T06:00:00Z', 'daily', 'Europe/Berlin'), '2026-11-27T07:00:00.000Z');
    assert.equal(next('2026-11-27T07:00:00Z', 'daily', 'Europe/Berlin'), '2026-11-28T07:00:00.000Z');
    assert.equal(next('2026-03-28T12:00:00Z', 'daily', 'Europe/Berlin'), '2026-03-29T06:00:00.000Z');
    assert.equal(next('2026-11-27T07:00:00Z', 'weekly', 'UTC'), '2026-11-30T08:00:00.000Z');
    assert.equal(next('2026-11-30T08:00:00Z', 'weekly', 'UTC'), '2026-12-07T08:00:00.000Z');
  });
});
