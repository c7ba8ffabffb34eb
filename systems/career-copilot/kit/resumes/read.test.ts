import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { Value } from 'typebox/value';
import { Resume } from '../../api/resume.ts';
import { createSkills } from '../skills/skills.ts';
import { ResumeError, type ResumeErrorCode } from './errors.ts';
import { MOST_PAGES } from './pdf.ts';
import { readResume } from './read.ts';
import { docxOf, pdfOf, zipOf } from './testing/files.ts';
import { understand } from './understand.ts';

const skills = createSkills();

const LINES = [
  'Ada King-Noel',
  'Senior Data Engineer | Berlin, Germany',
  'ada.king@example.com | +49 30 1234567 | https://ada.example.com/cv',
  'PROFILE',
  'I count with machines.',
  'Work Experience',
  'Analytical Engines Ltd, Data Engineer',
  'March 2019 - present',
  '- Built pipelines with Python, Airflow and PostgreSQL',
  '- Led a team of four',
  'Junior Developer at Babbage & Co (05/2015 - 12/2018)',
  'Wrote Java.',
  'EDUCATION',
  '2012 - 2015',
  'B.Sc. in Mathematics, University of London',
  'Skills',
  'Languages: Python, SQL; Docker',
  'Verse writing',
  'Languages:',
  'English (native), German - C1',
  'Interests',
  'Machines',
];

/** As long as it takes on a machine that has much else to do. */
const PATIENT = { skills, timeLimitMs: 300_000 };
const reading = (bytes: Uint8Array) => readResume(bytes, PATIENT);
const refused = async (bytes: Uint8Array, code: ResumeErrorCode, options: object = {}) =>
  await assert.rejects(readResume(bytes, { ...PATIENT, ...options }), (error) => {
    assert.ok(error instanceof ResumeError, String(error));
    assert.equal(error.code, code);
    return true;
  });

const EXPECTED: Resume = {
  basics: {
    name: 'Ada King-Noel',
    label: 'Senior Data Engineer',
    email: 'ada.king@example.com',
    phone: '+49 30 1234567',
    url: 'https://ada.example.com/cv',
    location: { city: 'Berlin' },
    summary: 'I count with machines.',
  },
  work: [
    {
      name: 'Analytical Engines Ltd',
      position: 'Data Engineer',
      startDate: '2019-03',
      highlights: ['Built pipelines with Python, Airflow and PostgreSQL', 'Led a team of four'],
    },
    {
      name: 'Babbage & Co',
      position: 'Junior Developer',
      startDate: '2015-05',
      endDate: '2018-12',
      summary: 'Wrote Java.',
    },
  ],
  education: [
    {
      institution: 'University of London',
      area: 'Mathematics',
      studyType: 'B.Sc.',
      startDate: '2012',
      endDate: '2015',
    },
  ],
  skills: [{ name: 'Python' }, { name: 'SQL' }, { name: 'Docker' }, { name: 'verse writing' }],
  languages: [
    { language: 'English', fluency: 'native' },
    { language: 'German', fluency: 'C1' },
  ],
};

describe('a résumé', () => {
  for (const [kind, how, bytes] of [
    ['pdf', 'PDF', pdfOf([LINES.slice(0, 10), LINES.slice(10)])],
    ['docx', 'a Word document', docxOf(LINES)],
    ['text', 'plain text', Buffer.from(LINES.join('\r\n'))],
    ['text', 'UTF-16', Buffer.from(`\ufeff${LINES.join('\n')}`, 'utf16le')],
  ] as const)
    it(`is read from ${how}, each part of it in its place`, async () => {
      const { kind: found, resume } = await reading(bytes);
      assert.equal(found, kind);
      assert.deepEqual(resume, EXPECTED);
    });

  it('says of each part how sure it is', async () => {
    const { confidence } = await reading(Buffer.from(LINES.join('\n')));
    assert.ok(confidence['basics.email']! > confidence['basics.name']!);
    assert.ok(confidence['skills[0].name']! > confidence['skills[3].name']!);
    for (const value of Object.values(confidence)) assert.ok(value > 0 && value <= 1);
  });

  it('in German is read as well', async () => {
    const { resume } = await reading(
      Buffer.from(
        [
          'Lebenslauf',
          'Jürgen Müller',
          'Krankenpfleger',
          'Berufserfahrung',
          'Krankenpfleger, Charité',
          'seit Mai 2020',
          'Ausbildung',
          'Okt. 2014 bis Sept. 2017',
          'Ausbildung, Gymnasium Köln',
          'Kenntnisse',
          'Erste Hilfe, Altenpflege',
          'Sprachkenntnisse',
          'Deutsch (Muttersprache)',
        ].join('\n'),
      ),
    );
    assert.equal(resume.basics?.name, 'Jürgen Müller');
    assert.deepEqual([resume.work?.[0]?.startDate, resume.work?.[0]?.endDate], ['2020-05', undefined]);
    assert.deepEqual(
      [resume.education?.[0]?.startDate, resume.education?.[0]?.endDate],
      ['2014-10', '2017-09'],
    );
    assert.deepEqual(resume.skills, [{ name: 'First aid' }, { name: 'Elderly care' }]);
    assert.deepEqual(resume.languages, [{ language: 'Deutsch', fluency: 'Muttersprache' }]);
  });

  it('in JSON Resume is what it says, checked by the published schema', async () => {
    const { kind, resume, confidence } = await reading(
      Buffer.from(
        JSON.stringify({
          ...EXPECTED,
          work: [...EXPECTED.work!, { position: 'Poet', url: null }],
          meta: { theme: 'flat' },
        }),
      ),
    );
    assert.deepEqual([kind, resume.work?.length, confidence['basics.name']], ['json', 3, 1]);
    assert.deepEqual({ ...resume, work: resume.work!.slice(0, 2) }, EXPECTED);
    for (const bad of [
      { basics: [] },
      { work: [{ startDate: 'soon' }] },
      { skills: [{ name: 'x'.repeat(201) }] },
    ])
      await refused(Buffer.from(JSON.stringify(bad)), 'NOT_THE_SCHEMA');
  });

  it('of any text is something in its own form, and never an error', () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom(...LINES),
      fc.constantFrom('-', '2019 - 2020', '(', '01/2020 -'),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (lines) => {
        const { resume } = understand(lines.join('\n').toWellFormed(), skills);
        assert.ok(Value.Check(Resume, resume), JSON.stringify(Value.Errors(Resume, resume)));
      }),
    );
  });
});

describe('a file', () => {
  it('is what is in it, whatever it is called', async () => {
    await refused(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]), 'UNKNOWN_KIND');
    await refused(zipOf([{ name: 'a.txt', content: 'a' }]), 'UNKNOWN_KIND');
    await refused(Buffer.from('text with\0 NUL'), 'UNKNOWN_KIND');
    await refused(Buffer.from('{"basics": '), 'UNREADABLE');
    await refused(Buffer.from('   \n'), 'NO_TEXT');
    await refused(pdfOf([[]]), 'NO_TEXT');
  });

  it('is refused when it is too large, has too many pages or takes too long', async () => {
    await refused(Buffer.alloc(6 * 1024 * 1024, 'a'), 'TOO_LARGE');
    await refused(pdfOf(Array.from({ length: MOST_PAGES + 1 }, () => ['page'])), 'TOO_MANY_PAGES');
    await refused(pdfOf(Array.from({ length: 10_000 }, () => ['page'])), 'TOO_MANY_PAGES');
    await refused(pdfOf([LINES]), 'TOO_SLOW', { timeLimitMs: 1 });
    await refused(Buffer.from(`{"basics":${'{"a":'.repeat(60)}1${'}'.repeat(60)}}`), 'NOT_THE_SCHEMA');
    await assert.rejects(
      reading(Buffer.from(`{"work":[${'{},'.repeat(10_000)}{}]}`)),
      (error: ResumeError) => {
        assert.deepEqual(error.problem.fields.problems, ['it has more than 5000 values']);
        return true;
      },
    );
  });

  it('is not unpacked beyond what a document may be, whatever it says of its own size', async () => {
    const bomb = Buffer.alloc(60 * 1024 * 1024, 'a');
    for (const claims of [bomb.length, 10])
      await refused(zipOf([{ name: 'word/document.xml', content: bomb, claims }]), 'TOO_LARGE_INSIDE');
    const packed = deflateSync(deflateSync(Buffer.alloc(256 * 1024 * 1024)));
    assert.ok(packed.length < 10_000);
    await refused(pdfOf([packed]), 'TOO_LARGE_INSIDE');
  });

  it('that is damaged at any place is read or refused, by nothing but the error of its own', async () => {
    const files = [pdfOf([LINES]), docxOf(LINES)];
    for (const { file, at, byte, cut } of fc.sample(
      fc.record({
        file: fc.constantFrom(...files),
        at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        byte: fc.integer({ min: 0, max: 255 }),
        cut: fc.boolean(),
      }),
      { seed: 11, numRuns: 8 },
    )) {
      const damaged = Buffer.from(file);
      damaged[Math.floor(at * file.length)] = byte;
      const given = cut ? damaged.subarray(0, Math.floor(at * file.length)) : damaged;
      await reading(given).catch((error: unknown) => assert.ok(error instanceof ResumeError, String(error)));
    }
  });
});
