import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { connectors, type Kind } from './connectors.ts';
import { parsePayload } from './parse.ts';
import { ConnectorError, type Parsed } from './posting.ts';
import { PAYLOADS } from './testing/payloads.ts';

const ORIGIN = { url: 'https://example.com/careers/1', company: 'Analytical Engines' };

const parse = (kind: Kind, payload: unknown): Parsed =>
  connectors[kind].parse(typeof payload === 'string' ? payload : JSON.stringify(payload), ORIGIN);
/** The only posting of a payload. */
const one = (kind: Kind, payload: unknown) => {
  const { postings, unusable } = parse(kind, payload);
  assert.deepEqual([postings.length, unusable], [1, 0]);
  return postings[0]!;
};

describe('each source is understood as it publishes', () => {
  it('Greenhouse: escaped HTML, cents, and the first day of publication', () => {
    assert.deepEqual(one('greenhouse', PAYLOADS.greenhouse), {
      externalId: '127817',
      url: 'https://boards.greenhouse.io/vaulttec/jobs/127817',
      title: 'Vault Designer & Builder',
      company: 'Analytical Engines',
      location: 'Remote, NYC',
      remote: true,
      employment: null,
      description: '<p>Build <b>vaults</b> &amp; more.</p>',
      salary: { min: 50_000, max: 75_000, currency: 'USD', period: null, text: 'NYC Salary Range' },
      postedAt: new Date('2026-01-14T15:55:28Z'),
      expiresAt: null,
    });
  });

  it('Lever: a bare list, its headings and lists in one description', () => {
    assert.deepEqual(one('lever', PAYLOADS.lever), {
      externalId: 'ac5d4f2e',
      url: 'https://jobs.lever.co/leverdemo/ac5d4f2e',
      title: 'Engineer',
      company: 'Analytical Engines',
      location: 'Toronto; Berlin',
      remote: true,
      employment: 'Full-time',
      description: '<h3>You have</h3><ul><li>SQL</li></ul>\nGood luck.',
      salary: { min: 100_000, max: 130_000, currency: 'CAD', period: 'year', text: null },
      postedAt: new Date(1_784_172_458_969),
      expiresAt: null,
    });
  });

  it('Ashby: every place of a job, and none of those that are not listed', () => {
    assert.deepEqual(one('ashby', PAYLOADS.ashby), {
      externalId: 'job-1',
      url: 'https://jobs.ashbyhq.com/example/job-1',
      title: 'Engineer',
      company: 'Analytical Engines',
      location: 'New York City; London',
      remote: false,
      employment: 'FullTime',
      description: '<p>Hello</p>',
      salary: { min: 160_000, max: 190_000, currency: 'USD', period: 'year', text: '$160K – $190K' },
      postedAt: new Date('2026-01-01T00:00:00Z'),
      expiresAt: null,
    });
  });

  it('Remotive: what is paid as free text, and a time without a zone', () => {
    assert.deepEqual(one('remotive', PAYLOADS.remotive), {
      externalId: '123',
      url: 'https://remotive.com/remote-jobs/product/lead-developer-123',
      title: 'Lead Developer',
      company: 'Remotive',
      location: 'Worldwide',
      remote: true,
      employment: 'full_time',
      description: '<p>The full <i>story</i></p>',
      salary: { min: 40_000, max: 50_000, currency: 'USD', period: null, text: '$40,000 - $50,000' },
      postedAt: new Date('2026-02-15T10:23:26Z'),
      expiresAt: null,
    });
  });

  it('RSS: entities in titles, HTML in CDATA or escaped, dates by RFC 822', () => {
    const { postings } = parse('rss', PAYLOADS.rss);
    assert.deepEqual(
      postings.map(({ externalId, title, description, postedAt, remote }) => [
        externalId,
        title,
        description,
        postedAt?.toISOString(),
        remote,
      ]),
      [
        [
          'https://example.com/jobs/1',
          'R&D Engineer (Remote)',
          '<p>Good &amp; bad</p>',
          '2026-11-02T09:00:00.000Z',
          true,
        ],
        ['job-2', 'Poet', '<b>Verse</b>', undefined, false],
      ],
    );
  });

  it('JSON-LD: a posting in a graph among other things, with its place, salary and end', () => {
    assert.deepEqual(one('json-ld', PAYLOADS['json-ld']), {
      externalId: '1234567',
      url: 'https://example.com/careers/1',
      title: 'Software Engineer',
      company: 'Google',
      location: 'Mountain View, CA, US',
      remote: true,
      employment: 'CONTRACTOR, PART_TIME',
      description: '<p>Google aspires.</p>',
      salary: { min: 40, max: 50, currency: 'USD', period: 'hour', text: null },
      postedAt: new Date('2026-01-18T00:00:00Z'),
      expiresAt: new Date('2027-03-18T00:00:00Z'),
    });
  });
});

describe('odd cases', () => {
  const lever = (changes: object) => [
    { id: 'a', hostedUrl: 'https://jobs.lever.co/x/a', text: 'A', ...changes },
  ];

  it('what has no id, no title or no address of the web is counted and left out, the others are kept', () => {
    const items = [
      { hostedUrl: 'https://a.example/', text: 'no id' },
      { id: 'b', text: 'no address' },
      { id: 'c', hostedUrl: 'javascript:alert(1)', text: 'no address of the web' },
      { id: 'd', hostedUrl: 'https://user:secret@a.example/', text: 'a password' },
      { id: 'e', hostedUrl: 'https://a.example/', text: ' <p> </p> ' },
      null,
      'text',
      ...lever({}),
    ];
    const { postings, unusable } = parse('lever', items);
    assert.deepEqual([postings.map(({ externalId }) => externalId), unusable], [['a'], 7]);
  });

  it('the same id twice is one posting', () => {
    const { postings, unusable } = parse('lever', [
      ...lever({ text: 'first' }),
      ...lever({ text: 'second' }),
    ]);
    assert.deepEqual([postings.map(({ title }) => title), unusable], [['first'], 0]);
  });

  it('dates that cannot be are none', () => {
    for (const createdAt of [
      'yesterday',
      '',
      '2026-02-30T25:61:61Z',
      1e20,
      -1,
      null,
      {},
      '0001-01-01',
      '+123456-01-01',
    ])
      assert.equal(one('lever', lever({ createdAt })).postedAt, null, String(createdAt));
  });

  it('a range of pay that cannot be is none', () => {
    const odd = [
      { min: 0, max: 0 },
      { min: 10, max: 5 },
      { min: -1, max: 0 },
      { min: 1e12 },
      { min: 5, currency: '' },
      { min: 5, currency: 'dollars' },
      { min: [5] },
    ];
    for (const range of odd) {
      const salaryRange = { currency: 'USD', interval: 'per-year-salary', ...range };
      assert.equal(one('lever', lever({ salaryRange })).salary, null, JSON.stringify(range));
    }
  });

  it('of pay in several places or currencies only the words are kept', () => {
    const component = {
      compensationType: 'Salary',
      interval: '1 YEAR',
      currencyCode: 'USD',
      minValue: 1,
      maxValue: 2,
    };
    const compensation = {
      compensationTierSummary: '$1 – $2 • €1 – €2',
      summaryComponents: [component, { ...component, currencyCode: 'EUR' }],
    };
    const [job] = PAYLOADS.ashby.jobs;
    const { salary } = one('ashby', { jobs: [{ ...job, compensation }] });
    assert.deepEqual(salary, {
      min: null,
      max: null,
      currency: null,
      period: null,
      text: '$1 – $2 • €1 – €2',
    });
  });

  it('HTML of a stranger does nothing when it is shown', () => {
    const description =
      '<p onclick="a()">x<script>alert(1)</script><img src=x onerror=alert(1)><a href="javascript:a()">y</a>' +
      '<a href="https://a.example/" target=_top>z</a><style>p{}</style><iframe src="//a"></iframe></p>';
    assert.equal(
      one('lever', lever({ description })).description.trim(),
      '<p>x<a rel="nofollow noopener noreferrer">y</a><a href="https://a.example/" rel="nofollow noopener noreferrer">z</a></p>',
    );
  });

  it('what PostgreSQL cannot store is left out of texts', () => {
    const posting = one('lever', lever({ text: 'a\u0000b\ud800', description: '<p>c\u0000\udc00</p>' }));
    assert.deepEqual([posting.title, posting.description.trim()], ['ab\ufffd', '<p>c\ufffd</p>']);
  });

  it('an answer that is not the source’s is refused as such: a page of errors, another shape, nothing', () => {
    const notTheirs = [
      '',
      '<html>Not found</html>',
      'null',
      '{"ok":false,"error":"Document not found"}',
      '{"jobs":{}}',
    ];
    for (const kind of ['greenhouse', 'lever', 'ashby', 'remotive', 'rss'] as const)
      for (const payload of notTheirs)
        assert.throws(() => parse(kind, payload), ConnectorError, `${kind} ${payload}`);
  });

  it('a page without a posting, or with one that is no JSON, has none', () => {
    for (const page of [
      '',
      '<p>Gone</p>',
      '<script type="application/ld+json">{"@type": "JobPosting",</script>',
    ])
      assert.deepEqual(parse('json-ld', page), { postings: [], unusable: 0 });
  });

  it('a feed that defines entities is refused before any is expanded', () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "${'x'.repeat(1_000)}">${'bcdefgh'
      .split('')
      .map((name, index) => `<!ENTITY ${name} "${`&${'abcdefg'[index]};`.repeat(100)}">`)
      .join(
        '',
      )}]><rss><channel><item><title>&h;</title><link>https://a.example/</link></item></channel></rss>`;
    assert.throws(() => parse('rss', bomb), ConnectorError);
  });

  it('a long one is read where nobody else has to wait for it, and given up when that takes too long', async () => {
    const job = {
      id: 1,
      title: 'Engineer',
      absolute_url: 'https://a.example/1',
      content: 'x'.repeat(200_000),
    };
    const origin = { url: 'https://a.example', company: 'A' };
    const task = { kind: 'greenhouse', payload: JSON.stringify({ jobs: [job] }), origin } as const;
    let isElseAnswered = false;
    setImmediate(() => {
      isElseAnswered = true;
    });
    const read = await parsePayload(task);
    assert.ok(isElseAnswered);
    assert.deepEqual(read, connectors.greenhouse.parse(task.payload, origin));
    assert.equal(read.postings.length, 1);
    await assert.rejects(parsePayload({ ...task, payload: `<${task.payload}` }), /is no JSON/);
    await assert.rejects(parsePayload(task, { timeLimitMs: 1 }), ConnectorError);
  });

  it('the name of a board leads to its board only', () => {
    assert.equal(
      connectors.lever.addressOf('eu:qonto'),
      'https://api.eu.lever.co/v0/postings/qonto?mode=json',
    );
    for (const kind of ['greenhouse', 'lever', 'ashby'] as const)
      for (const board of ['', '..', 'a/b', '../../x', 'a?b', 'a#b', 'a%2fb', 'a\n', 'x'.repeat(200)])
        assert.throws(() => connectors[kind].addressOf(board), ConnectorError, board);
    for (const kind of ['rss', 'json-ld'] as const)
      for (const address of [
        '',
        'file:///etc/passwd',
        'ftp://a.example/',
        'https://a:b@a.example/',
        'a.example',
      ])
        assert.throws(() => connectors[kind].addressOf(address), ConnectorError, address);
  });
});

describe('whatever is answered', () => {
  /** A value in the place of another somewhere in a payload. */
  function changedAt(value: unknown, path: number[], by: unknown): unknown {
    const [step, ...rest] = path;
    if (step === undefined || typeof value !== 'object' || value === null) return by;
    const entries = Object.entries(value);
    if (entries.length === 0) return by;
    const [key, inner] = entries[step % entries.length]!;
    const changed = { ...value, [key]: changedAt(inner, rest, by) };
    return Array.isArray(value) ? Object.values(changed) : changed;
  }

  const anything = fc.oneof(fc.anything(), fc.jsonValue(), fc.string({ unit: 'binary' }), fc.double());
  const path = fc.array(fc.nat(20), { minLength: 1, maxLength: 6 });
  const kinds = Object.keys(connectors) as Kind[];

  for (const kind of kinds)
    it(`${kind} gives postings that can be stored and shown, or says that it is not of this kind`, () => {
      const payload = fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.tuple(path, anything).map(([at, by]) => textOf(kind, changedAt(structureOf(kind), at, by))),
        fc
          .tuple(fc.nat(2_000), fc.nat(200), fc.string({ unit: 'binary' }))
          .map(([at, length, by]) => textOf(kind, structureOf(kind)).replace(cut(kind, at, length), by)),
      );
      fc.assert(
        fc.property(payload, (text) => {
          let parsed: Parsed;
          try {
            parsed = connectors[kind].parse(text, ORIGIN);
          } catch (error) {
            assert.ok(error instanceof ConnectorError, `${error}`);
            return;
          }
          for (const {
            externalId,
            url,
            title,
            description,
            salary,
            postedAt,
            expiresAt,
          } of parsed.postings) {
            assert.ok(externalId !== '' && title !== '' && /^https?:\/\//.test(url));
            for (const stored of [externalId, title, url, description, salary?.text ?? ''])
              assert.ok(stored.isWellFormed() && !stored.includes('\0'));
            assert.doesNotMatch(description, /<(script|iframe|style)|<[^>]*(javascript:|\son\w+=)/i);
            for (const at of [postedAt, expiresAt]) assert.ok(at === null || !Number.isNaN(at.getTime()));
            if (salary?.min != null && salary.max != null) assert.ok(salary.min <= salary.max);
          }
        }),
        { numRuns: 300 },
      );
    });

  /** What can be changed of a payload; of a page the posting in its script. */
  function structureOf(kind: Kind): unknown {
    return kind === 'json-ld' ? JSON.parse(/\{.*\}/s.exec(PAYLOADS[kind])![0]) : PAYLOADS[kind];
  }

  function textOf(kind: Kind, value: unknown): string {
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
    return kind === 'json-ld' ? `<script type="application/ld+json">${text}</script>` : text;
  }

  function cut(kind: Kind, at: number, length: number): string {
    const text = textOf(kind, structureOf(kind));
    return text.slice(at % text.length, (at % text.length) + length);
  }
});
