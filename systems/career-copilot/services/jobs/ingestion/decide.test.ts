import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Posting } from '../connectors/posting.ts';
import { canonicalUrl, contentHash, fingerprintOf, isBelievable, isExpired, jobOf } from './decide.ts';

const POSTING: Posting = {
  externalId: '1',
  url: 'https://example.com/jobs/1',
  title: 'Engineer (C++)',
  company: 'Vault-Tec',
  location: 'New York, NY',
  remote: false,
  employment: 'Full-time',
  description: '<p>Build</p><ul><li>vaults</li></ul>',
  salary: { min: 50_000.4, max: 75_000, currency: 'USD', period: 'year', text: null },
  postedAt: null,
  expiresAt: new Date('2026-11-01T00:00:00Z'),
};

it('two addresses of one page are the same, and those of two pages are not', () => {
  const same = [
    'https://www.example.com/jobs/1/?utm_source=a&gh_src=b&id=2&a=1#apply',
    'http://example.com/jobs/1?a=1&id=2',
  ];
  assert.equal(new Set(same.map(canonicalUrl)).size, 1);
  const different = ['', '?id=2', '?id=3', '/x', '?gh_jid=2'].map((rest) =>
    canonicalUrl(`https://a.example/jobs${rest}`),
  );
  assert.equal(new Set(different).size, different.length);
});

it('a job is the same by company, title and place, however they are written', () => {
  const of = (company: string, title: string, location: string | null) =>
    fingerprintOf(company, { title, location });
  assert.equal(
    of('Vault-Tec', 'Engineer (C++)', 'New York, NY'),
    of('vault tec ', 'ENGINEER  C++', 'New York NY'),
  );
  assert.notEqual(of('Vault-Tec', 'Engineer (C++)', 'NY'), of('Vault-Tec', 'Engineer (C#)', 'NY'));
  assert.notEqual(of('Vault-Tec', 'Engineer', null), of('Vault-Tec', 'Engineer', 'NY'));
  assert.notEqual(of('A', 'B C', null), of('A B', 'C', null));
});

it('any change of what a source says is one', () => {
  const hash = contentHash(POSTING, 'Vault-Tec');
  assert.equal(contentHash({ ...POSTING }, 'Vault-Tec'), hash);
  assert.notEqual(contentHash({ ...POSTING, remote: true }, 'Vault-Tec'), hash);
  assert.notEqual(contentHash(POSTING, 'Vault-Tec Ltd'), hash);
});

it('pay is a job’s in the columns of the API only where it is of dollars a year', () => {
  const paid = ({ salary_min, salary_max }: ReturnType<typeof jobOf>) => [salary_min, salary_max];
  assert.deepEqual(paid(jobOf(POSTING)), [50_000, 75_000]);
  for (const changes of [{ currency: 'EUR' }, { period: 'hour' }, { period: null }] as const)
    assert.deepEqual(paid(jobOf({ ...POSTING, salary: { ...POSTING.salary!, ...changes } })), [null, null]);
});

it('a description is text in the API, and kinds of work are in its words', () => {
  assert.equal(jobOf(POSTING).description, 'Build vaults');
  const kinds = {
    'Full-time': 'full_time',
    PartTime: 'part_time',
    INTERN: 'internship',
    'CONTRACTOR, PART_TIME': 'contract',
  };
  for (const [employment, type] of Object.entries(kinds))
    assert.equal(jobOf({ ...POSTING, employment }).job_type, type, employment);
  assert.equal(jobOf({ ...POSTING, employment: null }).job_type, 'full_time');
});

it('a posting is over from the moment that it names', () => {
  assert.equal(isExpired(POSTING, new Date('2026-11-01T00:00:00Z')), true);
  assert.equal(isExpired(POSTING, new Date('2026-10-31T23:59:59Z')), false);
  assert.equal(isExpired({ expiresAt: null }, new Date()), false);
});

it('an answer that lacks more than half of what was open is believed the second time, and one that lacks few at once', () => {
  const believed = (open: number, missing: number, doubtedBefore = 0) =>
    isBelievable({ open, missing, doubtedBefore });
  assert.deepEqual(
    [believed(1_000, 500), believed(1_000, 501), believed(1_000, 1_000)],
    [true, false, false],
  );
  assert.deepEqual([believed(10, 10), believed(11, 11), believed(0, 0)], [true, false, true]);
  assert.ok(believed(1_000, 1_000, 900));
});
