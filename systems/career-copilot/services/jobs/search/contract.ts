import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { JobSearchQuery } from '../../../api/jobs.ts';
import { ApiError } from '../../../kit/legacy-errors.ts';
import { nearOf } from '../places/near.ts';
import type { JobSearch } from './search.ts';

/** A job by its id; what it does not say is as of any other. `company` is the name of its company. */
export type JobGiven = {
  id: number;
  title: string;
  description?: string;
  company?: string;
  location?: string | null;
  jobType?: string;
  remote?: boolean;
  salaryMax?: number | null;
  requirements?: string[];
  ageDays?: number;
  isActive?: boolean;
};

export type SearchWorld = {
  search: JobSearch;
  /** Writes these jobs, those that were there by these ids too, and reads where their places are; resolves when the search shows them. */
  put(jobs: readonly JobGiven[]): Promise<void>;
  /** Renames a company; resolves as `put` does. */
  rename(company: string, name: string): Promise<void>;
};

/**
 * What a search for jobs promises, wherever it is kept: the same for each implementation. `start` gives an empty world, which lives
 * until the test file ends.
 */
export function searchContract(name: string, start: () => Promise<SearchWorld>): void {
  describe(`a search for jobs in ${name}`, () => {
    let world: SearchWorld;
    const ask = async (query: Partial<JobSearchQuery>) =>
      await world.search.search({ page: 1, limit: 20, ...query }, nearOf(query));
    const ids = async (query: Partial<JobSearchQuery>) => (await ask(query)).jobs.map(({ id }) => id);

    const idOf = async (company: string) =>
      (await ask({ q: company })).facets.company.find(({ value }) => value === company)!.id;

    before(async () => {
      world = await start();
      await world.put(JOBS);
    });

    it('shows a title before a description, and open jobs only', async () => {
      assert.deepEqual(await ids({ q: 'engineer' }), [1, 2]);
    });

    it('shows the fresher one of two that say the same', async () => {
      assert.deepEqual(await ids({ q: 'carpenter' }), [11, 10, 12]);
    });

    it('shows an old title before a fresh description', async () => {
      assert.deepEqual(await ids({ q: 'locksmith' }), [20, 21]);
    });

    it('shows a title with all words before one with some', async () => {
      assert.deepEqual(await ids({ q: 'wooden boat builder' }), [31, 30]);
    });

    it('finds other forms of a word, and only jobs that have all words', async () => {
      assert.deepEqual(await ids({ q: 'pipeline' }), [1]);
      assert.deepEqual(await ids({ q: 'pipelines engineers' }), [1]);
      assert.deepEqual(await ids({ q: 'pipeline nurse' }), []);
    });

    it('finds what means the same', async () => {
      assert.deepEqual(await ids({ q: 'programmer' }), [1, 2]);
      assert.deepEqual(await ids({ q: 'k8s' }), [3]);
      assert.deepEqual(await ids({ q: 'ML' }), [5]);
      assert.deepEqual(await ids({ q: 'data developer' }), [1]);
    });

    it('finds by company, place, requirement and being remote', async () => {
      assert.deepEqual((await ids({ q: 'analytical' })).toSorted(), [1, 2]);
      assert.deepEqual(await ids({ q: 'administrator london' }), [3]);
      assert.deepEqual(await ids({ q: 'terraform' }), [3]);
      assert.deepEqual(await ids({ q: 'remote engineer' }), [1]);
    });

    it('tells C++, C# and .NET from C and the net', async () => {
      assert.deepEqual(await ids({ q: 'c++' }), [40]);
      assert.deepEqual(await ids({ q: 'C#' }), [41]);
      assert.deepEqual(await ids({ q: '.NET' }), [41]);
      assert.deepEqual(await ids({ q: 'node.js' }), [42]);
      assert.deepEqual(await ids({ q: 'nodejs' }), [42]);
    });

    it('takes a word that no job has for those that are written like it, and says so', async () => {
      for (const q of ['admnistrator', 'administratro', 'adminstrator', 'nusre', 'kuberntes administrator']) {
        const { jobs, matched } = await ask({ q });
        assert.deepEqual([q, matched, jobs.map(({ id }) => id)], [q, 'similar', q === 'nusre' ? [2] : [3]]);
      }
      assert.equal((await ask({ q: 'engineer' })).matched, 'words');
    });

    it('finds nothing where nothing is like it, whatever is asked', async () => {
      for (const q of HOSTILE) {
        const { jobs, total, next_cursor } = await ask({ q });
        assert.deepEqual([q, jobs, total, next_cursor], [q, [], 0, null]);
      }
    });

    it('counts what was found by kind, place, company and whether it is remote', async () => {
      const { total, counts, facets, jobs } = await ask({ q: 'engineer', limit: 1 });
      assert.deepEqual([total, counts, jobs.length], [2, 'exact', 1]);
      const told = (values: readonly { value: string; count: number }[]) =>
        values.map(({ value, count }) => [value, count]);
      assert.deepEqual([facets.job_type, facets.remote, facets.location, facets.company].map(told), [
        [
          ['full_time', 1],
          ['part_time', 1],
        ],
        [
          ['false', 1],
          ['true', 1],
        ],
        [['Berlin', 2]],
        [['Analytical Engines', 2]],
      ]);
      assert.deepEqual(await ids({ q: 'engineer', company_id: facets.company[0]!.id }), [1, 2]);
    });

    it('is narrowed by filters, whose text is taken as it stands', async () => {
      assert.deepEqual(await ids({ q: 'engineer', remote: true }), [1]);
      assert.deepEqual(await ids({ q: 'engineer', min_salary: 60_000 }), [1]);
      assert.deepEqual(await ids({ q: 'engineer', job_type: 'part_time', location: 'BERL' }), [2]);
      assert.deepEqual(await ids({ q: 'engineer', location: 'Bern' }), []);
      for (const location of ['%', '_', '*', 'B?rlin', '\\', 'Berlin" OR "', '.*'])
        assert.deepEqual(await ids({ q: 'engineer', location }), [], location);
      assert.deepEqual(await ids({ q: 'clerk', location: '100 %' }), [50]);
    });

    it('is narrowed by whom jobs are for, which it counts, those that do not say it too', async () => {
      const levels = (await ask({ q: 'glazier' })).facets.seniority.map(({ value, count }) => [value, count]);
      assert.deepEqual(Object.fromEntries(levels), {
        senior: 2,
        unstated: 2,
        trainee: 1,
        junior: 1,
        'mid-level': 1,
        lead: 1,
        head: 1,
      });
      assert.deepEqual(await ids({ q: 'glazier', seniority: 'senior' }), [302, 303]);
      assert.deepEqual(await ids({ q: 'glazier', seniority: 'mid-level' }), [304]);
      assert.deepEqual(await ids({ q: 'glazier', seniority: 'unstated' }), [307, 308]);
      const [company] = (await ask({ q: 'glazier' })).facets.company;
      assert.deepEqual(await ids({ seniority: 'trainee', company_id: company!.id }), [306]);
      await world.put([
        { id: 308, title: 'Senior Glazier', company: 'Panes', description: '1 year of experience' },
      ]);
      assert.deepEqual(await ids({ q: 'glazier', seniority: 'unstated' }), [307]);
    });

    it('goes on page by page, and by cursor to the end, each job once', async () => {
      const all = await ids({ q: 'paginated', limit: 100 });
      assert.equal(all.length, 25);
      const paged = [1, 2, 3].map(async (page) => await ids({ q: 'paginated', limit: 10, page }));
      assert.deepEqual((await Promise.all(paged)).flat(), all);
      const walked: number[] = [];
      let cursor: string | null | undefined;
      do {
        const found = await ask({ q: 'paginated', limit: 7, ...(cursor ? { cursor } : {}) });
        walked.push(...found.jobs.map(({ id }) => id));
        cursor = found.next_cursor;
      } while (cursor);
      assert.deepEqual(walked, all);
    });

    it('finds what is near a place, by each place that a job names, with words and without', async () => {
      const near = 'Berlin';
      assert.deepEqual(await ids({ q: 'beekeeper', near, within: 100, sort: 'distance' }), [203, 201, 200]);
      assert.deepEqual(await ids({ q: 'beekeeper', near, within: 20, sort: 'distance' }), [203, 201]);
      assert.deepEqual(await ids({ near, within: 100, company_id: await idOf('Hives') }), [203, 201, 200]);
      assert.deepEqual(await ids({ q: 'beekeeper', near: '48.137,11.576', within: 30 }), [203]);
      assert.deepEqual(
        await ids({ q: 'beekeeper', near: 'Suva', within: 900, sort: 'distance' }),
        [206, 207],
      );
    });

    it('says how far each is, and how many are left out whose places are not known', async () => {
      const { jobs, left_out, total } = await ask({
        q: 'beekeeper',
        near: 'Potsdam',
        within: 100,
        sort: 'distance',
      });
      assert.deepEqual([total, left_out], [3, 2]);
      assert.deepEqual(
        jobs.map(({ id, distance_km }) => [id, Math.round(distance_km! / 10)]),
        [
          [200, 0],
          [203, 3],
          [201, 3],
        ],
      );
      assert.equal((await ask({ q: 'beekeeper' })).left_out, undefined);
      assert.ok((await ask({ q: 'beekeeper' })).jobs.every((job) => !('distance_km' in job)));
    });

    it('finds remote jobs as well where that is wanted, wherever they are, behind those that are near', async () => {
      const asked = {
        q: 'beekeeper',
        near: 'Berlin',
        within: 20,
        or_remote: true,
        sort: 'distance',
      } as const;
      const { jobs, left_out } = await ask(asked);
      assert.deepEqual(
        jobs.map(({ id, distance_km }) => [id, distance_km === null]),
        [
          [203, false],
          [201, false],
          [202, false],
          [205, true],
        ],
      );
      assert.equal(left_out, 1);
    });

    it('shows the newest first, or what pays best, or what is nearest, page by page to the end', async () => {
      assert.deepEqual(await ids({ q: 'carpenter', sort: 'newest' }), [11, 10, 12]);
      assert.deepEqual(await ids({ q: 'engineer', sort: 'salary' }), [1, 2]);
      assert.deepEqual(
        await ids({ q: 'beekeeper', sort: 'salary' }),
        [202, 200, 207, 206, 205, 204, 203, 201],
      );
      const [first] = await ids({ sort: 'newest', remote: true, company_id: await idOf('Hives') });
      assert.equal(first, 205);
      for (const sort of ['newest', 'salary', 'distance'] as const) {
        const asked = { q: 'beekeeper', sort, ...(sort === 'distance' && { near: 'Berlin', within: 1_000 }) };
        const all = await ids(asked);
        const walked: number[] = [];
        let cursor: string | null | undefined;
        do {
          const found = await ask({ ...asked, limit: 2, ...(cursor ? { cursor } : {}) });
          walked.push(...found.jobs.map(({ id }) => id));
          cursor = found.next_cursor;
        } while (cursor);
        assert.deepEqual(walked, all, sort);
      }
    });

    it('refuses a cursor that it has not given', async () => {
      for (const cursor of ['', 'x', 'bnVsbA', Buffer.from('[1,"a",2]').toString('base64url')])
        await assert.rejects(
          ask({ q: 'engineer', cursor }),
          (error) => error instanceof ApiError && error.code === 'BAD_CURSOR',
        );
    });

    it('marks the words that it found, and nothing else of what it shows is HTML', async () => {
      const [job] = (await ask({ q: 'pipelines engineer' })).jobs;
      assert.equal(job!.highlights.title, 'Data <mark>engineer</mark>');
      assert.match(job!.highlights.description, /<mark>pipelines<\/mark>/);
      assert.match(job!.highlights.description, /&#34;data&#34; &#38; more/);
      assert.doesNotMatch(job!.highlights.description.replaceAll(/<\/?mark>/g, ''), /[<>"']/);
    });

    it('marks nothing that a job itself passes off as found', async () => {
      const [job] = (await ask({ q: 'papers' })).jobs;
      assert.equal(job!.highlights.title, 'Machine learning researcher');
    });

    it('shows what has changed as it is now, by the new name of its company too, and nothing that is closed', async () => {
      await world.put([{ id: 60, title: 'Glassblower', company: 'Old Kiln' }]);
      assert.deepEqual(await ids({ q: 'glassblower kiln' }), [60]);
      await world.put([{ id: 60, title: 'Potter', company: 'Old Kiln', location: 'Delft' }]);
      assert.deepEqual(await ids({ q: 'glassblower' }), []);
      await world.rename('Old Kiln', 'New Furnace');
      assert.deepEqual(await ids({ q: 'potter furnace' }), [60]);
      assert.deepEqual(await ids({ q: 'potter kiln' }), []);
      assert.equal((await ask({ q: 'potter' })).jobs[0]!.company.name, 'New Furnace');
      await world.put([{ id: 60, title: 'Potter', company: 'New Furnace', isActive: false }]);
      assert.deepEqual(await ids({ q: 'potter' }), []);
    });
  });
}

const JOBS: readonly JobGiven[] = [
  {
    id: 1,
    title: 'Data engineer',
    description: 'Build <b>pipelines</b> of "data" & more.',
    company: 'Analytical Engines',
    location: 'Berlin',
    remote: true,
    salaryMax: 90_000,
  },
  {
    id: 2,
    title: 'Nurse',
    description: 'Work beside an engineer.',
    company: 'Analytical Engines',
    location: 'Berlin',
    jobType: 'part_time',
    salaryMax: 50_000,
  },
  { id: 3, title: 'Kubernetes administrator', location: 'London', requirements: ['Terraform', 'Linux'] },
  { id: 4, title: 'Engineer of vaults', location: 'London', isActive: false },
  {
    id: 5,
    title: 'Machine learning \ue000researcher\ue001',
    description: 'Read papers.',
    jobType: 'contract',
  },
  { id: 10, title: 'Carpenter', ageDays: 20 },
  { id: 11, title: 'Carpenter', ageDays: 1 },
  { id: 12, title: 'Carpenter', ageDays: 90 },
  { id: 20, title: 'Locksmith', ageDays: 300 },
  {
    id: 21,
    title: 'Watchman',
    description: 'A locksmith is a neighbour. The locksmith is kind.',
    ageDays: 0,
  },
  { id: 30, title: 'Builder', description: 'Of a wooden boat.', ageDays: 0 },
  { id: 31, title: 'Wooden boat builder', ageDays: 40 },
  { id: 40, title: 'C++ specialist' },
  { id: 41, title: 'Backend specialist', requirements: ['C#', '.NET'] },
  { id: 42, title: 'Server specialist', requirements: ['Node.js'] },
  { id: 43, title: 'Fisher', description: 'You mend the net, and have vitamin C.' },
  { id: 50, title: 'Clerk', location: 'Home, 100 % of the time' },
  { id: 51, title: 'Clerk', location: 'Home, 1000 times' },
  ...[
    { location: 'Potsdam', salaryMax: 50_000 },
    { location: 'Berlin, Germany' },
    { location: 'Hamburg', remote: true, salaryMax: 60_000 },
    { location: 'Munich; Berlin' },
    { location: 'Beehive 7' },
    { location: null, remote: true },
    // Both sides of where the date changes.
    { location: 'Nadi, Fiji' },
    { location: 'Neiafu, Tonga' },
  ].map((job, index) => ({
    id: 200 + index,
    title: 'Beekeeper',
    company: 'Hives',
    ageDays: 40 - index,
    ...job,
  })),
  ...[
    { title: 'Head of glaziers', description: 'At least 3 years of experience.' },
    { title: 'Lead glazier' },
    { title: 'Senior glazier' },
    { title: 'Glazier', description: '2 years of experience with tools, 5+ years of experience in all.' },
    { title: 'Glazier', description: 'Mindestens 3 Jahre Berufserfahrung' },
    { title: 'Glazier (entry level)' },
    { title: 'Glazier', jobType: 'internship' },
    { title: 'Glazier', description: 'We have 40 years of experience. You report to a senior glazier.' },
    { title: 'Glazier' },
  ].map((job, index) => ({ id: 300 + index, company: 'Panes', ageDays: index, ...job })),
  ...Array.from({ length: 25 }, (_, index) => ({
    id: 100 + index,
    title: `Paginated thing ${index % 3}`,
    ageDays: index % 5,
  })),
];

const HOSTILE = [
  'zzzzqqqq',
  '&&&',
  'the',
  "';--",
  '\\',
  '()',
  '!',
  '<->',
  ':*',
  'a:A & b:*',
  '"',
  '*',
  '~',
  '[0 TO 9]',
  '{"query":{"match_all":{}}}',
  '<script>alert(1)</script>',
  '\u202e\u0000'.replace('\u0000', '\u0001'),
  `${'qqzz '.repeat(39)}`,
];
