import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Type } from 'typebox';
import type { Channel, Ways } from '../api/index.ts';
import type { Preferences } from '../preferences/preferences.ts';
import { type KindDefinition, news } from '../system.ts';
import { decideWays } from './tell.ts';

const NOW = new Date('2026-11-27T10:00:00Z');
const ALL = new Set<Channel>(['email', 'sms', 'push']);
const told = (ways: Ways, more: Pick<KindDefinition, 'rowBy'> = {}): KindDefinition => ({
  parameters: Type.Object({}),
  sample: {},
  mandatory: false,
  mayComeTwice: false,
  ways,
  ...more,
});
const kinds = {
  status_changed: told({ in_app: true, email: 'off', sms: false, push: true }, { rowBy: 'others' }),
  next_action_due: told({ in_app: true, email: 'instant', sms: false, push: true }),
  job_matched: told({ in_app: true, email: 'daily', sms: false, push: false }),
  news: news({ link: 'https://career.example/news' }),
};
const system = { kinds };
const about = { now: NOW, channels: ALL, system };
const who = (chosen: Preferences['chosen'], browsers: string[] = []) => ({
  preferences: { locale: null, zone: 'UTC', quietHours: null, chosen },
  browsers,
});
const ways = (...[fact, person, more = about]: Partial<Parameters<typeof decideWays>>) =>
  decideWays(fact!, person!, more).map(({ channel, state, reason }) => [channel, state, reason].join(' '));

it('somebody who has chosen nothing is told in the app, and of what is to be done by e-mail', () => {
  const due = { kind: 'next_action_due', at: NOW } as const;
  assert.deepEqual(ways(due, who({})), ['in_app sent ', 'email queued ']);
  assert.deepEqual(ways({ kind: 'status_changed', at: NOW }, who({})), []);
  assert.deepEqual(ways({ ...due, isInApp: true }, who({})), ['email queued ']);
  assert.deepEqual(ways({ kind: 'news', at: NOW }, who({})), []);
});

it('push goes to each browser, in company only by e-mail', () => {
  const person = who({ job_matched: { push: true, in_app: false, email: 'weekly' } }, ['one', 'two']);
  const decided = decideWays({ kind: 'job_matched', at: NOW }, person, about);
  assert.deepEqual(
    decided.map(({ channel, target, inDigest }) => [channel, target, inDigest]),
    [
      ['email', undefined, true],
      ['push', 'one', false],
      ['push', 'two', false],
    ],
  );
  assert.equal(decided[0]!.dueAt!.toISOString(), '2026-11-30T08:00:00.000Z');
});

it('what cannot be sent, or is no news any more, is on record with the reason', () => {
  const person = who({ next_action_due: { sms: true } });
  const due = { kind: 'next_action_due', at: NOW } as const;
  const off = { now: NOW, channels: new Set<Channel>(), system };
  assert.deepEqual(ways(due, person, off), [
    'in_app sent ',
    'email suppressed CHANNEL_OFF',
    'sms suppressed CHANNEL_OFF',
  ]);
  const late = { ...due, at: new Date('2026-11-24T10:00:00Z') };
  assert.deepEqual(ways(late, person), [
    'in_app sent ',
    'email suppressed TOO_LATE',
    'sms suppressed TOO_LATE',
  ]);
});
