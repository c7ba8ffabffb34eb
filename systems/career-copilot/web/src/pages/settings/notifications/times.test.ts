import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Static } from 'typebox';
import type { Preferences } from '../../../../../api/notifications.ts';
import { changeOf, isNoTime, type TimesFields, timesOf, zoneLabel, zonesWith } from './times.ts';

type Times = Static<typeof TimesFields>;
const PREFERENCES = {
  locale: 'de-AT',
  time_zone: 'Europe/Vienna',
  quiet_hours: { from: '21:30', to: '06:00' },
  kinds: {} as Preferences['kinds'],
};

describe('when somebody is told', () => {
  it('is sent as it was read, in a language that there are words in', () => {
    assert.deepEqual(changeOf(timesOf(PREFERENCES) as Times), {
      quiet_hours: PREFERENCES.quiet_hours,
      time_zone: 'Europe/Vienna',
      locale: 'de',
    });
  });

  it('has no quiet hours where they are off, but some to begin with', () => {
    const entry = timesOf({ ...PREFERENCES, quiet_hours: null, locale: null });
    assert.deepEqual([entry.isQuiet, entry.from, entry.to, entry.language], [false, '22:00', '07:00', 'en']);
    assert.equal(changeOf(entry as Times).quiet_hours, null);
  });

  it('has hours that end at another time than they begin', () => {
    const entry = timesOf(PREFERENCES) as Times;
    assert.equal(isNoTime(entry), false);
    assert.equal(isNoTime({ ...entry, to: entry.from }), true);
    assert.equal(isNoTime({ ...entry, to: entry.from, isQuiet: false }), false);
  });

  it('is in a zone that can be chosen, whatever it is called', () => {
    assert.ok(zonesWith('Europe/Vienna').includes('Europe/Vienna'));
    assert.equal(zonesWith('Mars/Olympus_Mons')[0], 'Mars/Olympus_Mons');
    assert.equal(zoneLabel('Europe/Isle_of_Man'), 'Europe/Isle of Man');
  });
});
