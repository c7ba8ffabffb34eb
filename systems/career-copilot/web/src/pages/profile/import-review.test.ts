import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countOf, outcomeOf, type Read, reviewOf } from './import-review.ts';

const PROFILE = { full_name: 'Ada', headline: null, location: 'London', phone: '+44 1', skills: ['SQL'] };
const READ: Read = {
  kind: 'pdf',
  resume: {
    basics: { name: 'Ada King' },
    work: [{ position: 'Engineer', name: 'Acme', startDate: '2020' }, { position: 'Clerk' }],
  },
  confidence: { 'basics.name': 0.95, 'basics.label': 0.4, 'work[0].position': 0.75, 'work[1].position': 0.4 },
  profile: { full_name: 'Ada King', headline: 'Engineer', phone: '+44 1', skills: ['sql', 'Go'] },
};

describe('the review of a résumé', () => {
  it('proposes what is missing, leaves what is there, and says nothing of what is the same', () => {
    const { texts, skills } = reviewOf(PROFILE, READ, null);
    assert.deepEqual(
      texts.map(({ name, isTaken, isUnsure }) => ({ name, isTaken, isUnsure })),
      [
        { name: 'full_name', isTaken: false, isUnsure: false },
        { name: 'headline', isTaken: true, isUnsure: true },
      ],
    );
    assert.deepEqual(skills, [{ skill: 'Go', isTaken: true }]);
  });

  it('keeps stations that were confirmed before, each once', () => {
    const confirmed = {
      work: [{ position: 'ENGINEER', name: 'acme', startDate: '2020' }, { position: 'Intern' }],
    };
    assert.deepEqual(
      reviewOf(PROFILE, READ, confirmed).work.map(({ station, isOld, isUnsure }) => [
        station.position,
        isOld,
        isUnsure,
      ]),
      [
        ['Engineer', false, false],
        ['Clerk', false, true],
        ['Intern', true, false],
      ],
    );
  });

  it('sends what was taken as it was corrected, and nothing else', () => {
    const review = reviewOf(PROFILE, READ, null);
    review.texts[1]!.value = ' Lead Engineer ';
    review.work[1]!.isTaken = false;
    assert.deepEqual(outcomeOf(PROFILE, READ, review), {
      profile: { headline: 'Lead Engineer', skills: ['SQL', 'Go'] },
      resume: { basics: { name: 'Ada King' }, work: [READ.resume.work![0]], education: [] },
    });
    assert.equal(countOf(review), 3);
  });

  it('changes nothing of the profile when nothing is taken', () => {
    const review = reviewOf(PROFILE, READ, null);
    for (const choice of [...review.texts, ...review.skills, ...review.work]) choice.isTaken = false;
    assert.deepEqual(outcomeOf(PROFILE, READ, review).profile, {});
    assert.equal(countOf(review), 0);
  });
});
