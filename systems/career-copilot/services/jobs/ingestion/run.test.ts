import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { type Events, eventing } from '@banyan/events';
import { type Bus, type Envelope, openPostgresBus } from '@banyan/events/machinery';
import { testServer } from '@banyan/postgres/testing';
import { defineService, type RunningService } from '@banyan/service';
import { contracts } from '../../../contracts/jobs.ts';
import { until } from '../../../kit/testing/until.ts';
import type { Kind } from '../connectors/connectors.ts';
import { createFetcher, type Fetcher } from '../connectors/fetcher.ts';
import { listPostings } from '../store.ts';
import { type RunHost, runSource } from './run.ts';
import { forgetRuns, keepSources, takeDue } from './sources.ts';

let service: RunningService;
let fetcher: Fetcher;
let bus: Bus;
let events: Events<typeof contracts>;
let url: string;
const heard: Envelope[] = [];
/** What each board answers, by its path. */
const boards = new Map<string, (request: IncomingMessage, response: ServerResponse) => unknown>();
const server = createServer((request, response) => {
  const answer = boards.get(request.url!);
  if (answer) answer(request, response);
  else response.writeHead(404).end('{"ok":false,"error":"Document not found"}');
});

before(async () => {
  const databases = await testServer();
  const BUS_URL = await databases.database('bus');
  service = await defineService({
    name: 'jobs',
    schema: new URL('../schema.sql', import.meta.url),
    use: { events: eventing(contracts) },
    routes: (_app, context) => {
      events = context.events;
    },
  }).start({ DATABASE_URL: await databases.database('jobs'), BUS_URL, LOG_LEVEL: 'silent' });
  bus = await openPostgresBus({ url: BUS_URL });
  const types = Object.keys(contracts.events);
  await bus.subscribe({ group: 'listener', types, handle: async (message) => void heard.push(message) });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  fetcher = createFetcher({ userAgent: 'tests', leastMs: 0, allowPrivate: true });
});

after(async () => {
  await fetcher?.close();
  await bus?.close();
  await service?.close();
  server.closeAllConnections();
  server.close();
});

let made = 0;

/** A source of a company of its own, and how it is read. */
async function source(kind: Kind = 'lever', company = `Company ${++made}`) {
  const board = `board-${++made}`;
  const [id] = await keepSources(service.pool, [{ kind, board, company }]);
  const read = async (changes: Partial<RunHost> = {}) => {
    const { rows } = await service.pool.query('SELECT * FROM job_sources WHERE id = $1', [id]);
    return await runSource(
      {
        pool: service.pool,
        fetcher,
        publish: (tx, { type, data }) => events.publish(tx, type, data),
        addressOf: (name) => `${url}/${name}`,
        ...changes,
      },
      rows[0],
    );
  };
  const answers = (payload: unknown) =>
    boards.set(`/${board}`, (_request, response) =>
      response.end(typeof payload === 'string' ? payload : JSON.stringify(payload)),
    );
  return { id: id!, board, company, read, answers };
}

type Item = { id: string; text: string; hostedUrl: string; [more: string]: unknown };
const item = (changes: Partial<Item> = {}): Item => {
  const id = changes.id ?? `posting-${++made}`;
  return {
    id,
    text: `Title of ${id}`,
    hostedUrl: `https://jobs.example.com/${id}`,
    workplaceType: 'remote',
    ...changes,
  };
};

const jobsOf = async (company: string) =>
  (
    await service.pool.query(
      `SELECT title, is_active FROM jobs JOIN companies ON companies.id = company_id WHERE name = $1 ORDER BY jobs.id`,
      [company],
    )
  ).rows.map(({ title, is_active }) => [title, is_active]);

/** What others have heard of a company, once they have heard so much. */
async function told(company: string, count: number): Promise<string[]> {
  const { rows } = await service.pool.query('SELECT id FROM companies WHERE name = $1', [company]);
  const of = () => heard.filter(({ data }) => data.companyId === rows[0].id).map(({ type }) => type);
  await until(() => of().length >= count);
  return of();
}

describe('a source that is read', () => {
  it('has its jobs posted once, changed when they change, closed when they vanish, and opened when they come again', async () => {
    const { company, read, answers } = await source();
    const [first, second] = [item({ text: 'First' }), item({ text: 'Second' })];
    const counts = async () => {
      const { posted, updated, closed } = (await read()).counts;
      return [posted, updated, closed];
    };
    answers([first, second]);
    assert.deepEqual(await counts(), [2, 0, 0]);
    assert.deepEqual(await counts(), [0, 0, 0]);
    answers([{ ...first, text: 'First of all' }, second]);
    assert.deepEqual(await counts(), [0, 1, 0]);
    answers([second]);
    assert.deepEqual(await counts(), [0, 0, 1]);
    assert.deepEqual(await jobsOf(company), [
      ['First of all', false],
      ['Second', true],
    ]);
    answers([{ ...first, text: 'First again' }, second]);
    assert.deepEqual(await counts(), [0, 1, 0]);
    assert.deepEqual(await jobsOf(company), [
      ['First again', true],
      ['Second', true],
    ]);
    assert.deepEqual(await told(company, 6), [
      'CompanyAdded',
      'JobPosted',
      'JobPosted',
      'JobUpdated',
      'JobClosed',
      'JobPosted',
    ]);
  });

  it('is on record with what was found in each run', async () => {
    const { id, read, answers } = await source();
    answers([item(), { id: 'no title' }]);
    await read();
    const { rows } = await service.pool.query(
      'SELECT outcome, error, found, unusable, posted, ended_at IS NOT NULL AS ended FROM job_source_runs WHERE source_id = $1',
      [id],
    );
    assert.deepEqual(rows, [{ outcome: 'new', error: null, found: 1, unusable: 1, posted: 1, ended: true }]);
  });

  it('that is not there, or answers something else, closes nothing and says why', async () => {
    const { company, board, read, answers } = await source();
    answers([item({ text: 'Stays' })]);
    await read();
    for (const nonsense of ['<html>Down for maintenance</html>', '{"ok":false}', '']) {
      answers(nonsense);
      const { outcome, error } = await read();
      assert.equal(outcome, 'failed');
      assert.match(error!, /the answer/);
    }
    boards.delete(`/${board}`);
    assert.match((await read()).error!, /answered 404/);
    assert.deepEqual(await jobsOf(company), [['Stays', true]]);
  });

  it('whose answer has something that cannot be read closes nothing that is not in it', async () => {
    const { company, read, answers } = await source();
    const kept = item({ text: 'Kept' });
    answers([kept, item({ text: 'Unclear' })]);
    await read();
    answers([kept, { id: 'broken' }]);
    assert.equal((await read()).counts.closed, 0);
    answers([kept]);
    assert.equal((await read()).counts.closed, 1);
    assert.deepEqual(await jobsOf(company), [
      ['Kept', true],
      ['Unclear', false],
    ]);
  });

  it('that is a feed closes nothing that is not in it any more, and what has expired', async () => {
    const { company, read, answers } = await source('rss');
    const entry = (title: string, more = '') =>
      `<item><title>${title}</title><link>https://feed.example/${company}/${title}</link>${more}</item>`;
    const feed = (...items: string[]) => `<rss version="2.0"><channel>${items.join('')}</channel></rss>`;
    answers(feed(entry('Old'), entry('Short')));
    await read();
    answers(feed(entry('New'), entry('Short', '<expirationDate>2026-01-01T00:00:00Z</expirationDate>')));
    const { counts } = await read();
    assert.deepEqual([counts.posted, counts.closed], [1, 1]);
    assert.deepEqual(await jobsOf(company), [
      ['Old', true],
      ['Short', false],
      ['New', true],
    ]);
    assert.equal((await read()).counts.closed, 0);
  });

  it('is asked for what is new only once all of the last answer was taken in', async () => {
    const { board, read } = await source();
    const asked: unknown[] = [];
    const items = JSON.stringify([item(), item()]);
    boards.set(`/${board}`, ({ headers }, response) => {
      asked.push(headers['if-none-match']);
      if (headers['if-none-match'] === '"1"') return response.writeHead(304).end();
      response.writeHead(200, { etag: '"1"' }).end(items);
    });
    let published = 0;
    const dying = read({
      publish: async (tx, { type, data }) => {
        if (++published > 2) throw new Error('the process dies');
        await events.publish(tx, type, data);
      },
    });
    await assert.rejects(dying, /the process dies/);
    const again = await read();
    assert.equal(again.outcome, 'new');
    // The first job had been posted with its event; the second had neither.
    assert.equal(again.counts.posted, 1);
    assert.equal((await read()).outcome, 'unchanged');
    assert.deepEqual(asked, [undefined, undefined, '"1"']);
  });
});

describe('an answer that lacks most of what was there', () => {
  const others = () => Array.from({ length: 24 }, (_, index) => item({ text: `Number ${index}` }));
  const open = async (company: string) => (await jobsOf(company)).filter(([, isOpen]) => isOpen).length;

  it('closes nothing at first, which is on record, and is asked for again; the same answer once more is believed', async () => {
    const { board, company, read } = await source();
    const many = others();
    let items = many;
    boards.set(`/${board}`, ({ headers }, response) => {
      const etag = `"${items.length}"`;
      if (headers['if-none-match'] === etag) response.writeHead(304).end();
      else response.writeHead(200, { etag }).end(JSON.stringify(items));
    });
    await read();
    items = many.slice(0, 3);
    const { closed, doubted } = (await read()).counts;
    assert.deepEqual([closed, doubted, await open(company)], [0, 21, 24]);
    assert.deepEqual([(await read()).counts.closed, await open(company)], [21, 3]);
  });

  it('was cut short if the next one is whole again', async () => {
    const { company, read, answers } = await source();
    const many = others();
    for (const items of [many, [], many]) {
      answers(items);
      await read();
    }
    assert.equal(await open(company), 24);
  });
});

describe('a page that has a posting', () => {
  it('and is gone has its job closed; one that never had any is a mistyped address', async () => {
    const { board, company, read, answers } = await source('json-ld');
    assert.match((await read()).error!, /answered 404/);
    answers(
      `<script type="application/ld+json">{"@type":"JobPosting","title":"Diver","hiringOrganization":"${company}"}</script>`,
    );
    assert.equal((await read()).counts.posted, 1);
    boards.set(`/${board}`, (_request, response) => response.writeHead(410).end());
    assert.equal((await read()).counts.closed, 1);
    assert.deepEqual(await jobsOf(company), [['Diver', false]]);
  });
});

it('nothing is written while the monolith writes jobs, or a step may make it, and the run says why', async () => {
  const { company, read, answers } = await source();
  const tell = (share: number | null) =>
    service.pool.query(
      `INSERT INTO banyan.shares VALUES ('jobs', $1) ON CONFLICT (service) DO UPDATE SET share = excluded.share`,
      [share],
    );
  answers([item()]);
  await service.pool.query(
    'CREATE SCHEMA banyan; CREATE TABLE banyan.shares (service text PRIMARY KEY, share integer)',
  );
  try {
    for (const [share, why] of [
      [5_000, /the monolith writes .* now 50 %/],
      [null, /a step is under way/],
    ] as const) {
      await tell(share);
      const { outcome, error, counts } = await read();
      assert.deepEqual([outcome, counts.posted], ['failed', 0]);
      assert.match(error!, why);
    }
    assert.deepEqual(await jobsOf(company), []);
    await tell(10_000);
    assert.equal((await read()).counts.posted, 1);
    answers([]);
    await tell(0);
    assert.equal((await read()).counts.closed, 0);
    assert.equal((await jobsOf(company))[0]![1], true);
  } finally {
    await service.pool.query('DROP SCHEMA banyan CASCADE');
  }
});

it('what a posting mentions of skills is what the job requires', async () => {
  const { company, read, answers } = await source();
  answers([item({ text: 'Engineer', descriptionPlain: '', description: '<p>You know Rust and Go.</p>' })]);
  await read({ skillsIn: (text) => ['Rust', 'Go', 'Java'].filter((skill) => text.includes(skill)) });
  const { rows } = await service.pool.query(
    'SELECT requirements FROM jobs JOIN companies ON companies.id = company_id WHERE name = $1',
    [company],
  );
  assert.deepEqual(rows, [{ requirements: ['Rust', 'Go'] }]);
});

it('a job is shown with all that its sources say of it, those that have it still first', async () => {
  const company = `Company ${++made}`;
  const [one, other] = [await source('lever', company), await source('json-ld', company)];
  one.answers([item({ text: 'Diver' })]);
  other.answers(
    `<script type="application/ld+json">{"@type":"JobPosting","title":"Diver","hiringOrganization":"${company}","url":"https://dive.example/1",
      "jobLocationType":"TELECOMMUTE","validThrough":"2999-01-01","description":"<p>Dive.</p>",
      "baseSalary":{"currency":"EUR","value":{"minValue":20,"maxValue":30,"unitText":"HOUR"}}}</script>`,
  );
  await one.read();
  await other.read();
  one.answers([]);
  await one.read();
  const { rows } = await service.pool.query('SELECT job_id FROM job_postings WHERE url = $1', [
    'https://dive.example/1',
  ]);
  const postings = await listPostings(service.pool, rows[0].job_id);
  const [first, second] = postings;
  assert.deepEqual(
    [
      first!.source,
      first!.url,
      first!.description,
      first!.salary,
      first!.expires_at?.getUTCFullYear(),
      first!.gone_at,
    ],
    [
      company,
      'https://dive.example/1',
      '<p>Dive.</p>',
      { min: 20, max: 30, currency: 'EUR', period: 'hour', text: null },
      2999,
      null,
    ],
  );
  assert.ok(second!.gone_at instanceof Date);
});

it('runs of long ago are forgotten, but for the last two of a source', async () => {
  const { id, read, answers } = await source();
  answers([]);
  for (let runs = 0; runs < 4; runs++) await read();
  await service.pool.query(
    `UPDATE job_source_runs SET started_at = now() - interval '31 days' WHERE source_id = $1`,
    [id],
  );
  assert.equal(await forgetRuns(service.pool, 30), true);
  const { rows } = await service.pool.query(
    'SELECT count(*)::int AS left FROM job_source_runs WHERE source_id = $1',
    [id],
  );
  assert.deepEqual(rows, [{ left: 2 }]);
});

describe('a job that two sources have', () => {
  it('is one job: by its address, or by company, title and place', async () => {
    const company = `Company ${++made}`;
    const [one, other] = [await source('lever', company), await source('lever', company)];
    const hostedUrl = `https://jobs.example.com/${company.replace(' ', '-')}`;
    one.answers([item({ text: 'Engineer', hostedUrl }), item({ text: 'Poet' })]);
    other.answers([
      item({ text: 'Software engineer', hostedUrl: `${hostedUrl}/?utm_source=x` }),
      item({ text: 'POET!' }),
    ]);
    await one.read();
    const { posted, doubles } = (await other.read()).counts;
    assert.deepEqual([posted, doubles], [0, 2]);
    assert.deepEqual(await jobsOf(company), [
      ['Engineer', true],
      ['Poet', true],
    ]);
  });

  it('is what its first source says, is open as long as one has it, and is the other’s when the first has it no more', async () => {
    const company = `Company ${++made}`;
    const [one, other] = [await source('lever', company), await source('lever', company)];
    const [mine, theirs] = [item({ text: 'Engineer' }), item({ text: 'Engineer' })];
    one.answers([mine]);
    other.answers([theirs]);
    await one.read();
    await other.read();
    other.answers([{ ...theirs, text: 'Otherwise' }]);
    assert.equal((await other.read()).counts.updated, 0);
    assert.deepEqual(await jobsOf(company), [['Engineer', true]]);
    one.answers([]);
    assert.equal((await one.read()).counts.closed, 0);
    other.answers([{ ...theirs, text: 'Mine now' }]);
    assert.equal((await other.read()).counts.updated, 1);
    other.answers([]);
    assert.equal((await other.read()).counts.closed, 1);
    assert.deepEqual(await jobsOf(company), [['Mine now', false]]);
    assert.deepEqual(await told(company, 4), ['CompanyAdded', 'JobPosted', 'JobUpdated', 'JobClosed']);
  });

  it('is one job also when both are read at the same moment', async () => {
    const company = `Company ${++made}`;
    const sources = [
      await source('lever', company),
      await source('lever', company),
      await source('lever', company),
    ];
    for (const { answers } of sources) answers(['A', 'B', 'C', 'D'].map((text) => item({ text })));
    await Promise.all(sources.map(({ read }) => read()));
    assert.equal((await jobsOf(company)).length, 4);
    assert.deepEqual((await told(company, 5)).sort(), ['CompanyAdded', ...Array(4).fill('JobPosted')]);
  });
});

it('a source is whoever’s first asks, and nobody’s again before its next turn, or before it asked to be asked', async () => {
  const { id, board, read } = await source();
  const everySeconds = { lever: 900 };
  const due = async () => await takeDue(service.pool, [id], everySeconds);
  const taken = await Promise.all([due(), due(), due()]);
  assert.deepEqual(
    taken.filter((one) => one !== undefined).map((one) => one.board),
    [board],
  );
  boards.set(`/${board}`, (_request, response) => response.writeHead(429, { 'retry-after': '7200' }).end());
  const before = Date.now();
  assert.equal((await read()).outcome, 'failed');
  const { rows } = await service.pool.query('SELECT next_run_at FROM job_sources WHERE id = $1', [id]);
  assert.ok(rows[0].next_run_at.getTime() > before + 7_000_000);
});
