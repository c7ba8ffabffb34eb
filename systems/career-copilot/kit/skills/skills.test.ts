import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { TaxonomyError, withEsco } from './esco.ts';
import { createSkills } from './skills.ts';
import { OWN_SKILLS } from './taxonomy.ts';

const skills = createSkills();

describe('skills in running text', () => {
  it('are found by each way to write them, each once, in the order of the text', () => {
    const text =
      'You know Postgres and k8s, node.js, C++ and CI/CD; PostgreSQL above all. Machine learning helps.';
    assert.deepEqual(skills.inText(text), [
      'postgresql',
      'kubernetes',
      'node.js',
      'c++',
      'ci/cd',
      'machine learning',
    ]);
  });

  it('are the longest that the words say', () => {
    assert.deepEqual(skills.inText('Spring Boot, React Native and GitHub Actions'), [
      'spring boot',
      'react native',
      'github actions',
    ]);
  });

  it('are not found in words that only look like them', () => {
    const text =
      'We go far, react quickly, excel at what we do, express ourselves and rest in spring. Sales are rising; r & d too.';
    assert.deepEqual(skills.inText(text), []);
    assert.deepEqual(skills.inText('Excel, React and Rust'), ['microsoft excel', 'react', 'rust']);
  });

  it('are cut off after what a person would write, and any text is taken', () => {
    assert.deepEqual(skills.inText(`${'x '.repeat(150_000)}python`), []);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        for (const key of skills.inText(text)) assert.notEqual(skills.label(key), '');
      }),
    );
  });
});

describe('skills of a list', () => {
  it('may be words that in a text mean something else', () => {
    assert.deepEqual(skills.inList(['Go', 'R', 'sales', 'excel', 'English']), [
      'go',
      'r',
      'sales',
      'microsoft excel',
      'english',
    ]);
  });

  it('that nobody lists are kept as they are called, and sentences are read as text', () => {
    assert.deepEqual(
      skills.inList(['Verse  Writing', 'Five years of work with Python or Java in a small team']),
      ['~verse writing', 'python', 'java'],
    );
    assert.deepEqual(
      skills.inList(['', '  ', '!!!', 'A long sentence that names no skill that anybody has ever listed']),
      [],
    );
    assert.equal(skills.label('~verse writing'), 'verse writing');
  });
});

describe('the taxonomy', () => {
  it('finds every skill by its own label in a list, and has none twice', () => {
    for (const { label } of OWN_SKILLS)
      assert.deepEqual(skills.inList([label]), [label.toLowerCase()], label);
    assert.equal(skills.size, OWN_SKILLS.length);
    assert.ok(skills.size > 300, String(skills.size));
  });

  it('gives no way to write a skill to two of them', () => {
    const owners = new Map<string, string>();
    for (const { label, written } of OWN_SKILLS)
      for (const { text } of written) {
        const owner = owners.get(text.toLowerCase());
        assert.equal(owner, undefined, `${text} of ${owner} and of ${label}`);
        owners.set(text.toLowerCase(), label);
      }
  });
});

describe("ESCO's skills", () => {
  const CSV = [
    'conceptType,conceptUri,skillType,reuseLevel,preferredLabel,altLabels,hiddenLabels,status,description',
    'KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/1,skill/competence,sector-specific,tune keyboard music instruments,"tune pianos',
    'adjust pianos, harpsichords",,released,"Correct any ""off-key"" tones,',
    'in keyboards."',
    'KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/2,knowledge,cross-sector,Python (computer programming),"Python 3',
    'python scripting",,released,-',
    'KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/3,knowledge,cross-sector,COBOL,"CobolScript",,released,-',
    'KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/4,skill/competence,cross-sector,plan,,,released,-',
  ].join('\r\n');

  it('come beside our own, by their label and their other labels', () => {
    const both = createSkills(withEsco(CSV));
    assert.deepEqual(both.inText('Can you tune pianos? Or adjust pianos, harpsichords?'), [
      'tune keyboard music instruments',
    ]);
    assert.deepEqual(both.inList(['CobolScript']), ['cobol']);
    assert.equal(both.label('cobol'), 'COBOL');
    assert.deepEqual(both.inText('We plan a lot.'), []);
    assert.deepEqual(both.inList(['plan']), ['plan']);
    assert.equal(both.size, OWN_SKILLS.length + 3);
  });

  it('of a file without its columns are refused with what is missing', () => {
    assert.throws(
      () => withEsco('a,b\n1,2'),
      (error) => {
        assert.ok(error instanceof TaxonomyError);
        assert.match(error.message, /preferredLabel, altLabels/);
        return true;
      },
    );
    assert.throws(() => withEsco(''), TaxonomyError);
  });

  it('of any text are read or refused', () => {
    fc.assert(
      fc.property(fc.string(), (rest) => {
        assert.ok(withEsco(`preferredLabel,altLabels\n${rest}`).length >= OWN_SKILLS.length);
      }),
    );
  });
});
