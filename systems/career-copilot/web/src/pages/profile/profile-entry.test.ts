import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { changesOf, entryOf, partsOf, settingsOf, undoOf, withSettings } from './profile-entry.ts';

const PROFILE = {
  full_name: 'Ada Lovelace',
  headline: 'Analyst',
  location: null,
  phone: null,
  skills: ['SQL'],
  preferences: { remote: 'only', desired_salary: 90_000, job_types: ['contract'], newsletter: true },
};

describe('a profile in its form', () => {
  it('sends nothing as long as nothing has changed, whatever the preferences hold', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('remote', 'desired_salary', 'job_types', 'places', 'x'),
          fc.jsonValue(),
        ),
        (preferences) => {
          const profile = { ...PROFILE, preferences };
          assert.deepEqual(changesOf(profile, entryOf(profile)), {});
        },
      ),
    );
  });

  it('sends what has changed alone, and empties what was emptied', () => {
    const entry = { ...entryOf(PROFILE), headline: '', location: 'London' };
    assert.deepEqual(changesOf(PROFILE, entry), { headline: null, location: 'London' });
  });

  it('keeps preferences that it does not show', () => {
    const entry = entryOf(PROFILE);
    const { preferences } = changesOf(PROFILE, {
      ...entry,
      wishes: { ...entry.wishes, remote: 'any', salary: Number.NaN },
    });
    assert.deepEqual(preferences, {
      remote: null,
      desired_salary: null,
      job_types: ['contract'],
      places: [],
      newsletter: true,
    });
  });

  it('is as it was once a change is undone', () => {
    const changes = changesOf(PROFILE, { ...entryOf(PROFILE), skills: [], location: 'London' });
    assert.deepEqual({ ...PROFILE, ...changes, ...undoOf(PROFILE, changes) }, PROFILE);
  });

  it('shows what the matching has been told besides, and tells it the same again', () => {
    const settings = { places: ['Berlin'], remote: 'welcome', least_salary: 70_000 } as const;
    const { wishes } = entryOf(withSettings(PROFILE, { ...settings, places: ['Berlin'] }));
    assert.deepEqual(wishes, {
      remote: 'preferred',
      salary: 70_000,
      jobTypes: ['contract'],
      places: ['Berlin'],
    });
    assert.deepEqual(settingsOf(wishes), settings);
    assert.deepEqual(
      entryOf(withSettings(PROFILE, { places: [], remote: null, least_salary: null })),
      entryOf(PROFILE),
    );
  });

  it('says what is missing in it', () => {
    const missing = partsOf(entryOf(PROFILE)).filter(({ isThere }) => !isThere);
    assert.deepEqual(
      missing.map(({ part }) => part),
      ['skills', 'location', 'phone'],
    );
  });
});
