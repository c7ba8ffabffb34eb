import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createSkills } from '../../../kit/skills/skills.ts';
import { explain } from './explain.ts';
import { personOf, saidIn, saidInRequest } from './person.ts';
import { PostingIndex } from './posting-index.ts';
import {
  ceilingFor,
  FIXED_WEIGHTS,
  fitOf,
  PARTS,
  type Person,
  type Posting,
  scoreOf,
  type Weights,
} from './score.ts';
import { placesOf, type Seniority, seniorityOf, titleWordsOf, traitsOf } from './traits.ts';

const skills = createSkills();
const NOW = Date.parse('2026-11-27T00:00:00Z');
const DAY = 86_400_000;

const NOBODY: Person = {
  skills: new Set(),
  titles: [],
  seniority: null,
  places: [],
  remote: null,
  leastSalary: null,
};
const ADA = personOf(
  {
    skills: ['SQL', 'Go', 'Docker', 'Verse'],
    text: 'Ten years of PostgreSQL.',
    titles: ['Senior Backend Engineer'],
    places: ['Köln, Germany'],
    remote: 'welcome',
    leastSalary: 90_000,
  },
  skills,
);
const posting = (changes: Partial<Posting> = {}): Posting => ({
  id: 1,
  skills: ['sql', 'go', 'docker', 'postgresql', 'apache kafka', 'kubernetes'],
  titleWords: titleWordsOf('Backend Developer'),
  seniority: 3,
  places: placesOf('Koln'),
  remote: false,
  salaryMin: 80_000,
  salaryMax: 100_000,
  postedAt: NOW,
  ...changes,
});

describe('what a posting asks for', () => {
  it('is what it lists, with what its title says; of one that lists nothing, what its text mentions', () => {
    const text = { title: 'Go developer (golang)', description: 'We like Rust and Redis.' };
    assert.deepEqual(traitsOf({ ...text, requirements: ['SQL', 'Verse'] }, skills).skills, [
      'sql',
      '~verse',
      'go',
    ]);
    assert.deepEqual(traitsOf({ ...text, requirements: [] }, skills).skills, ['go', 'rust', 'redis']);
  });

  it('has a level only where the title names one', () => {
    const levels: [string, Seniority | null][] = [
      ['Senior Engineer', 3],
      ['Sr. Nurse', 3],
      ['Head of Sales', 5],
      ['Internal auditor', null],
      ['Software Engineering Intern', 0],
      ['Werkstudent Marketing', 0],
      ['Staff Engineer', 4],
      ['Junior/Mid Developer', 1],
      ['Teacher', null],
    ];
    for (const [title, level] of levels) assert.equal(seniorityOf(title), level, title);
  });

  it('has the same words for titles that name the same work', () => {
    assert.deepEqual(titleWordsOf('Senior Backend Engineer (m/w/d)'), titleWordsOf('backend developers'));
    assert.deepEqual(titleWordsOf('Head of Nursing'), titleWordsOf('nurse'));
    assert.deepEqual(titleWordsOf('Älteste Köchin (m/w/d)'), ['alteste', 'kochin']);
  });
});

describe('a score', () => {
  it('says of each part how many points, and why', () => {
    const points = explain(
      { person: ADA, posting: posting({ postedAt: NOW - 14 * DAY }), now: NOW },
      FIXED_WEIGHTS,
      skills.label,
    );
    assert.deepEqual(
      points.map(({ reason }) => reason),
      [
        {
          is: 'skills',
          have: ['SQL', 'Go', 'Docker', 'PostgreSQL'],
          missing: ['Apache Kafka', 'Kubernetes'],
        },
        { is: 'title_shared', words: ['backend', 'developer'] },
        { is: 'level_same', asked: 'senior' },
        { is: 'place_wanted' },
        { is: 'salary_enough' },
        { is: 'posted', days: 14 },
      ],
    );
    assert.deepEqual(
      points.map(({ reason: _, ...point }) => point),
      [
        {
          part: 'skills',
          points: 30,
          of: 45,
          because: '4 of 6 skills: SQL, Go, Docker, PostgreSQL; missing: Apache Kafka, Kubernetes',
        },
        { part: 'title', points: 20, of: 20, because: 'the title has backend, developer as well' },
        { part: 'seniority', points: 10, of: 10, because: 'senior, as you are' },
        { part: 'place', points: 10, of: 10, because: 'where you want to work' },
        { part: 'salary', points: 5, of: 5, because: 'pays what you want' },
        { part: 'freshness', points: 5, of: 10, because: 'posted 14 days ago' },
      ],
    );
  });

  it('counts half what nobody has said, and says so', () => {
    const points = explain({ person: NOBODY, posting: posting(), now: NOW }, FIXED_WEIGHTS, skills.label);
    for (const { part, points: got, of, because } of points.slice(0, 5)) {
      assert.equal(got, of / 2, part);
      assert.match(because, /not known: counts half/);
    }
    const bare = posting({ skills: [], seniority: null, places: [], salaryMin: null, salaryMax: null });
    for (const { part, because } of explain(
      { person: ADA, posting: bare, now: NOW },
      FIXED_WEIGHTS,
      skills.label,
    ))
      if (part !== 'title' && part !== 'freshness')
        assert.match(because, /the posting .*: counts half/, part);
  });

  it('is not full for the one skill that a posting names', () => {
    assert.ok(fitOf(ADA, posting({ skills: ['sql'] }), NOW).skills! < 0.5);
  });

  it('takes remote work as it is wanted', () => {
    const place = (remote: Person['remote'], of: Partial<Posting>) =>
      fitOf({ ...ADA, remote }, posting(of), NOW).place;
    const away = { places: ['oslo'] };
    assert.deepEqual(
      [place('only', { remote: true }), place('only', {}), place('no', { remote: true })],
      [1, 0, 0.5],
    );
    assert.deepEqual([place(null, { remote: true }), place(null, away), place('welcome', {})], [1, 0, 1]);
  });

  it('is never more than the most that it can be', () => {
    fc.assert(
      fc.property(anyPerson, anyPosting, anyWeights, (person, one, weights) => {
        const mutual = one.skills.filter((skill) => person.skills.has(skill)).length;
        const sharesWord = one.titleWords.some((word) => person.titles.flat().includes(word));
        const most = ceilingFor(
          person,
          weights,
          NOW,
        )({
          mutual,
          asked: one.skills.length,
          hasTitle: one.titleWords.length > 0,
          sharesWord,
          postedAt: one.postedAt,
        });
        assert.ok(most >= scoreOf(fitOf(person, one, NOW), weights));
      }),
    );
  });

  it('is between 0 and 100, is the sum of its points, and grows with each skill that somebody learns', () => {
    fc.assert(
      fc.property(anyPerson, anyPosting, anyWeights, (person, one, weights) => {
        const score = scoreOf(fitOf(person, one, NOW), weights);
        assert.ok(score >= 0 && score <= 100 + 1e-9, String(score));
        const sum = explain({ person, posting: one, now: NOW }, weights, skills.label).reduce(
          (all, { points }) => all + points,
          0,
        );
        assert.ok(Math.abs(sum - score) <= PARTS.length * 0.05 + 1e-9);
        if (person.skills.size === 0) return;
        const learned = { ...person, skills: new Set([...person.skills, ...one.skills]) };
        assert.ok(scoreOf(fitOf(learned, one, NOW), weights) >= score);
      }),
    );
  });
});

describe('what is known of somebody', () => {
  it('comes from the profile, and where they have said more, from what they want', () => {
    const profile = {
      skills: ['SQL'],
      headline: 'Senior Data Engineer | Python & Airflow',
      location: 'Berlin',
      preferences: { remote: 'preferred', desired_salary: 70_000 },
    };
    const person = personOf(saidIn(profile), skills);
    for (const skill of ['sql', 'python', 'airflow']) assert.ok(person.skills.has(skill), skill);
    assert.deepEqual(
      [person.seniority, person.places, person.remote, person.leastSalary],
      [3, ['berlin'], 'welcome', 70_000],
    );
    const settings = {
      notify: true,
      threshold: 60,
      titles: ['Head of Data'],
      places: ['Wien'],
      remote: 'no' as const,
      least_salary: 100_000,
    };
    const wanted = personOf(saidIn(profile, settings), skills);
    assert.deepEqual(
      [wanted.seniority, wanted.places, wanted.remote, wanted.leastSalary],
      [5, ['wien'], 'no', 100_000],
    );
    assert.equal(
      personOf(saidIn({ ...profile, preferences: { remote: {}, desired_salary: 'much' } }), skills)
        .leastSalary,
      null,
    );
  });

  it('comes from a résumé: its skills, what its work mentions, and its titles', () => {
    const said = saidInRequest(undefined, {
      basics: { label: 'Nurse', location: { city: 'Graz' } },
      work: [
        { position: 'Junior Nurse', summary: 'Wound care in an ICU.', highlights: ['Led a team with SAP.'] },
      ],
      skills: [{ name: 'Languages', keywords: ['German'] }],
    });
    const { skills: found, titles, places } = personOf(said, skills);
    for (const skill of ['german', 'wound care', 'intensive care', 'sap', 'nursing'])
      assert.ok(found.has(skill), skill);
    assert.deepEqual([titles.length, places], [2, ['graz']]);
  });
});

describe('the index of postings', () => {
  it('finds the same as a look at each posting that shares a skill or a word, whatever came and went', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: anyPosting.map((put) => ({ put })) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 30 }).map((remove) => ({ remove })) },
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 120 }),
        anyPerson,
        fc.integer({ min: 0, max: 10 }),
        (steps, person, limit) => {
          const index = new PostingIndex(1_000);
          const all = new Map<number, Posting>();
          for (const one of steps) {
            if ('put' in one) {
              index.put(one.put);
              all.set(one.put.id, one.put);
            } else {
              index.remove(one.remove);
              all.delete(one.remove);
            }
          }
          const isNobody = person.skills.size === 0 && person.titles.length === 0;
          const shares = ({ skills: asked, titleWords }: Posting) =>
            isNobody ||
            asked.some((skill) => person.skills.has(skill)) ||
            titleWords.some((word) => person.titles.flat().includes(word));
          const expected = [...all.values()]
            .filter((one) => shares(one) && one.id % 2 === 0)
            .map((one) => ({
              id: one.id,
              at: one.postedAt,
              score: scoreOf(fitOf(person, one, NOW), FIXED_WEIGHTS),
            }))
            .sort((a, b) => b.score - a.score || b.at - a.at || b.id - a.id)
            .slice(0, limit);
          const ranked = index.rank(person, {
            weights: FIXED_WEIGHTS,
            now: NOW,
            limit,
            allows: ({ id }) => id % 2 === 0,
          });
          assert.deepEqual(
            ranked.map(({ posting: { id }, score }) => ({ id, score })),
            expected.map(({ id, score }) => ({ id, score })),
          );
          assert.equal(index.size, all.size);
        },
      ),
    );
  });

  it('holds no more than it may, and of those the newest', () => {
    const index = new PostingIndex(100);
    for (let id = 1; id <= 1_000; id++)
      index.put(posting({ id, postedAt: id % 2 === 0 ? NOW - id : NOW - 10 * DAY - id }));
    assert.ok(index.size <= 105, String(index.size));
    const ranked = index.rank(ADA, { weights: FIXED_WEIGHTS, now: NOW, limit: 50 });
    assert.ok(ranked.every(({ posting: { id } }) => id % 2 === 0));
  });

  it('forgets what is gone, however often it comes and goes', () => {
    const index = new PostingIndex(10);
    for (let round = 0; round < 5_000; round++) {
      index.put(posting({ id: 1 + (round % 3) }));
      index.remove(1 + ((round + 1) % 3));
    }
    assert.ok(index.size <= 3);
    assert.equal(index.rank(ADA, { weights: FIXED_WEIGHTS, now: NOW, limit: 10 }).length, index.size);
  });
});

const SOME_SKILLS = ['sql', 'go', 'docker', 'nursing', '~verse'];
const SOME_WORDS = ['backend', 'developer', 'data', 'nurse'];
const SOME_PLACES = ['koln', 'oslo'];
const level = fc.option(fc.constantFrom<Seniority>(0, 1, 2, 3, 4, 5));
const money = fc.option(fc.integer({ min: 1, max: 200_000 }));
const anyPerson: fc.Arbitrary<Person> = fc.record({
  skills: fc.subarray(SOME_SKILLS).map((some) => new Set(some)),
  titles: fc.array(fc.subarray(SOME_WORDS, { minLength: 1 }), { maxLength: 3 }),
  seniority: level,
  places: fc.subarray(SOME_PLACES),
  remote: fc.constantFrom('only' as const, 'welcome' as const, 'no' as const, null),
  leastSalary: money,
});
const anyPosting: fc.Arbitrary<Posting> = fc.record({
  id: fc.integer({ min: 1, max: 30 }),
  skills: fc.subarray(SOME_SKILLS),
  titleWords: fc.subarray(SOME_WORDS),
  seniority: level,
  places: fc.subarray(SOME_PLACES),
  remote: fc.boolean(),
  salaryMin: money,
  salaryMax: money,
  postedAt: fc.integer({ min: NOW - 120 * DAY, max: NOW + DAY }),
});
const anyWeights: fc.Arbitrary<Weights> = fc
  .array(fc.integer({ min: 1, max: 100 }), { minLength: PARTS.length, maxLength: PARTS.length })
  .map((shares) => {
    const all = shares.reduce((sum, share) => sum + share, 0);
    return Object.fromEntries(PARTS.map((part, at) => [part, (100 * shares[at]!) / all])) as Weights;
  });
