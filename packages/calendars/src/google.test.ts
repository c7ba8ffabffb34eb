import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { eventIdOf } from './events.ts';
import { changeOf, googleEventOf } from './google.ts';

const OURS = { prefix: 'oneofours', product: '-//Banyan//Tests//EN' };

const EVENT = {
  id: 'abc',
  status: 'confirmed',
  summary: 'Dentist',
  start: { dateTime: '2026-12-01T09:00:00+01:00' },
  end: { dateTime: '2026-12-01T10:00:00+01:00' },
};

it('an event blocks the time that it has, in whatever zone it says so', () => {
  const [startsAt, endsAt] = [new Date('2026-12-01T08:00:00Z'), new Date('2026-12-01T09:00:00Z')];
  assert.deepEqual(changeOf(OURS, EVENT), {
    externalId: 'abc',
    busy: [{ title: 'Dentist', startsAt, endsAt }],
  });
});

it('a whole day blocks it, to the end of its last', () => {
  const change = changeOf(OURS, { ...EVENT, start: { date: '2026-12-01' }, end: { date: '2026-12-03' } });
  const [time] = change!.busy;
  assert.equal(time!.endsAt.getTime() - time!.startsAt.getTime(), 2 * 86_400_000);
});

it('what was cancelled, leaves one free, or has no time that can be is gone; our own are not looked at', () => {
  for (const change of [
    { status: 'cancelled' },
    { transparency: 'transparent' },
    { start: {} },
    { end: EVENT.start },
  ])
    assert.deepEqual(changeOf(OURS, { ...EVENT, ...change }), { externalId: 'abc', busy: [] });
  const key = '0b8f6a52-7f0e-4c9e-9f43-0f8a0f3e7b11';
  assert.equal(changeOf(OURS, { ...EVENT, id: eventIdOf(OURS, key) }), undefined);
});

it('the id of an event of ours is one that Google takes, the same each time', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.string(), (key, title) => {
      const event = googleEventOf(OURS, {
        key,
        title,
        location: '',
        startsAt: new Date(0),
        endsAt: new Date(1),
      });
      assert.match(event.id, /^[a-v0-9]{5,1024}$/);
      assert.equal(event.id, eventIdOf(OURS, key));
    }),
  );
});
