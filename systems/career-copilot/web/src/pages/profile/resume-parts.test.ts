import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  dateOf,
  isSame,
  linesOf,
  stationOf,
  textOfLanguage,
  withLanguages,
  withoutStation,
  withStation,
} from './resume-parts.ts';

const WORK = {
  position: 'Engineer',
  name: 'Acme',
  location: 'Berlin',
  startDate: '2020-03',
  highlights: ['Built it'],
};

describe('stations of a résumé', () => {
  it('say what, where and of when they are', () => {
    assert.deepEqual(linesOf('work', WORK), { title: 'Engineer', place: 'Acme · Berlin' });
    assert.deepEqual(linesOf('work', { name: 'Acme' }), { title: 'Acme', place: '' });
    assert.deepEqual(linesOf('education', { institution: 'TU', studyType: 'MSc', area: 'Physics' }), {
      title: 'MSc, Physics',
      place: 'TU',
    });
    assert.deepEqual(dateOf('2020'), { at: new Date('2020-01-01T00:00:00Z'), has: 'year' });
    assert.deepEqual(dateOf('2020-03'), { at: new Date('2020-03-01T00:00:00Z'), has: 'month' });
    assert.deepEqual(dateOf('2020-03-17').at, new Date('2020-03-01T00:00:00Z'));
  });

  it('are added first, changed in their place and taken out', () => {
    const one = withStation({}, 'work', WORK, null);
    const two = withStation(one, 'work', { position: 'Lead' }, null);
    assert.deepEqual(
      two.work!.map(({ position }) => position),
      ['Lead', 'Engineer'],
    );
    assert.deepEqual(withStation(two, 'work', { position: 'Head' }, 0).work![0], { position: 'Head' });
    assert.deepEqual(withoutStation(two, 'work', 0), one);
  });

  it('keep what there is no field for, and lose what was emptied', () => {
    assert.deepEqual(stationOf('work', { position: 'Lead', name: 'Acme' }, WORK), {
      position: 'Lead',
      name: 'Acme',
      highlights: ['Built it'],
    });
  });

  it('have languages beside them, with how well they are spoken', () => {
    const languages = withLanguages([{ language: 'German' }], 'Polish (native), german (B2), Latin');
    assert.deepEqual(languages.map(textOfLanguage), ['Polish (native)', 'german (B2)', 'Latin']);
    assert.deepEqual(withLanguages(languages, ' , '), languages);
  });

  it('are the same by what, where and since when', () => {
    assert.ok(isSame('work', WORK, { ...WORK, name: 'ACME', summary: 'More of it' }));
    assert.ok(!isSame('work', WORK, { ...WORK, startDate: '2021' }));
  });
});
