import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { ResumeError } from './errors.ts';
import { dateOf, readLinkedIn } from './linkedin.ts';
import { kindOf } from './read.ts';
import { unzip } from './zip.ts';

const zip = (files: Record<string, string | Uint8Array>) =>
  Buffer.from(
    zipSync(
      Object.fromEntries(
        Object.entries(files).map(([name, content]) => [
          name,
          typeof content === 'string' ? strToU8(content) : content,
        ]),
      ),
    ),
  );

const EXPORT = {
  'Profile.csv':
    '\uFEFFFirst Name,Last Name,Headline,Summary,Geo Location\nAda,King,"Engineer, mostly","One\nand two ""quoted""","London, England"\n',
  'Positions.csv':
    'Company Name,Title,Description,Location,Started On,Finished On\nAcme,Data Engineer,Pipes,Berlin,Jan 2020,\nBlue,Intern,,,2018,Mar 2019\n',
  'Education.csv': 'School Name,Start Date,End Date,Notes,Degree Name,Activities\nMIT,2014,2018,,BSc,\n',
  'Skills.csv': 'Name\nSQL\nC++\n',
  'Languages.csv': 'Name,Proficiency\nEnglish,Native or bilingual proficiency\nGerman,\n',
  'Email Addresses.csv':
    'Email Address,Confirmed,Primary,Updated On\nold@a.example,Yes,No,\nada@a.example,Yes,Yes,\n',
  'messages.csv': 'FROM,TO\nx,y\n',
};

describe('an export of LinkedIn', () => {
  it('is a JSON Resume', async () => {
    assert.equal(kindOf(zip(EXPORT)), 'linkedin');
    const { resume, confidence } = await readLinkedIn(zip(EXPORT));
    assert.ok(Object.values(confidence).every((sure) => sure === 1));
    assert.deepEqual(resume, {
      basics: {
        name: 'Ada King',
        label: 'Engineer, mostly',
        email: 'ada@a.example',
        summary: 'One\nand two "quoted"',
        location: { address: 'London, England' },
      },
      work: [
        {
          name: 'Acme',
          position: 'Data Engineer',
          location: 'Berlin',
          summary: 'Pipes',
          startDate: '2020-01',
        },
        { name: 'Blue', position: 'Intern', startDate: '2018', endDate: '2019-03' },
      ],
      education: [{ institution: 'MIT', studyType: 'BSc', startDate: '2014', endDate: '2018' }],
      skills: [{ name: 'SQL' }, { name: 'C++' }],
      languages: [
        { language: 'English', fluency: 'Native or bilingual proficiency' },
        { language: 'German' },
      ],
    });
  });

  it('may lack files and columns, lie in a folder, or have broken ones', async () => {
    const {
      resume: { skills, basics, work },
    } = await readLinkedIn(
      zip({ 'Basic_Export/Skills.csv': 'Name,Other\nSQL,x,y\n', 'Basic_Export/Positions.csv': '"' }),
    );
    assert.deepEqual([skills, basics, work], [[{ name: 'SQL' }], {}, []]);
  });

  it('of which every field is as long as it can be is one in the form', async () => {
    const long = `"${'x'.repeat(30_000)}"`;
    const row = `${long},${long},${long}\n`;
    const { resume } = await readLinkedIn(
      zip({
        'Skills.csv': `Name\n${'"yy"\n'.repeat(300)}`,
        'Profile.csv': `First Name,Headline,Summary\n${row}`,
      }),
    );
    assert.deepEqual(
      [resume.basics?.name?.length, resume.basics?.label?.length, resume.skills?.length],
      [255, 500, 100],
    );
  });

  it('of whatever bytes is an error of ours or a résumé', async () => {
    const good = zip(EXPORT);
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 500 }).map((some) => Buffer.from(some)),
      fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 })).map(([at, value]) => {
        const broken = Buffer.from(good);
        broken[at] = value;
        return broken;
      }),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (archive) => {
        await readLinkedIn(archive).catch((error: unknown) => {
          assert.ok(error instanceof ResumeError, String(error));
        });
      }),
      { numRuns: 150 },
    );
  });
});

describe('an archive', () => {
  const refused = (code: string) => (error: unknown) => error instanceof ResumeError && error.code === code;
  const all = (path: string) => path;

  it('is unpacked no further than its limits, whatever it says of its sizes', async () => {
    const bomb = zip({ 'Profile.csv': new Uint8Array(50 * 1024 * 1024) });
    assert.ok(bomb.length < 100_000);
    await assert.rejects(readLinkedIn(bomb), refused('TOO_LARGE_INSIDE'));
    // A liar: both of its headers say that it unpacks to ten bytes.
    const liar = Buffer.from(bomb);
    liar.writeUInt32LE(10, liar.indexOf(Buffer.from('PK\u0003\u0004', 'latin1')) + 22);
    liar.writeUInt32LE(10, liar.indexOf(Buffer.from('PK\u0001\u0002', 'latin1')) + 24);
    await assert.rejects(readLinkedIn(liar), ResumeError);
    const limits = { files: 10, bytes: 10, totalBytes: 15 };
    await assert.rejects(
      unzip(zip({ a: 'x'.repeat(10), b: 'x'.repeat(10) }), all, limits),
      refused('TOO_LARGE_INSIDE'),
    );
    assert.equal((await unzip(zip({ a: 'x'.repeat(10), b: 'x'.repeat(5) }), all, limits)).size, 2);
  });

  it('of too many files is not looked at', async () => {
    const many = zip(Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`f${n}`, ''])));
    await assert.rejects(
      unzip(many, all, { files: 10, bytes: 10, totalBytes: 10 }),
      refused('TOO_LARGE_INSIDE'),
    );
  });
});

it('dates are those that JSON Resume takes', () => {
  for (const [text, date] of [
    ['Jan 2020', '2020-01'],
    ['September 2020', '2020-09'],
    ['2020', '2020'],
    ['3 Dec 2020', '2020-12-03'],
    ['2020-05', '2020-05'],
    ['', null],
    ['soon', null],
    [undefined, null],
  ] as const)
    assert.equal(dateOf(text), date, text);
});
