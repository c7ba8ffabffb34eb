import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { scrubOf } from './scrub.ts';
import { standIns } from './stand-ins.ts';

const KEY = Buffer.alloc(32, 7);
const SEED = { seed: 20_261_126, numRuns: 300 };

function scrub(headers: Record<string, string>, keep: string[] = []) {
  const replaced: string[] = [];
  const options = {
    standIns: standIns(KEY),
    keep: new Set(keep),
    idNames: new Set(['slug']),
    replaced: (name: string) => void replaced.push(name),
  };
  return { ...scrubOf(options, headers), replaced };
}

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' };
const FORM_HEADERS = { 'content-type': 'application/x-www-form-urlencoded' };

/** Long enough not to stand in anything by chance, with characters that encodings write differently. */
const secret = fc
  .tuple(fc.string({ minLength: 8, maxLength: 40, unit: 'grapheme' }), fc.nat(1_000_000))
  .map(([text, number]) => `${text}~${number}`);
const anyJson = (leaf: fc.Arbitrary<unknown>) =>
  fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('node')),
      fc.dictionary(fc.string(), tie('node')),
    ),
  })).node;

/** How a text may look to whoever searches a file for it. */
function spellings(text: string): string[] {
  const bytes = Buffer.from(text);
  const base64 = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    // Its first and last characters share bits with what stands around it.
    return encoded.slice(shift === 0 ? 0 : shift + 1, -4);
  });
  return [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
    String(new URLSearchParams([['', text]])).slice(1),
    bytes.toString('hex'),
    ...base64,
    ...base64.map((one) => one.replaceAll('+', '-').replaceAll('/', '_')),
  ].filter((one) => one.length >= 8);
}

function assertSilent(written: unknown, secrets: readonly string[]): void {
  const text = JSON.stringify(written);
  for (const one of secrets)
    for (const spelling of spellings(one)) assert.ok(!text.includes(spelling), `${one} shows in ${text}`);
}

describe('what is written down of a request', () => {
  it('shows none of its secrets in any encoding, wherever they stand', () => {
    fc.assert(
      fc.property(
        fc.record({
          authorization: secret,
          cookie: secret,
          header: secret,
          param: secret,
          query: secret,
          form: secret,
          name: secret,
          location: secret,
        }),
        anyJson(fc.oneof(secret, fc.integer(), fc.boolean(), fc.constant(null))),
        (own, document) => {
          const inBody: string[] = [];
          JSON.stringify(document, (_, value) => {
            if (typeof value === 'string') inBody.push(value);
            return value;
          });
          const headers = {
            ...JSON_HEADERS,
            authorization: `Bearer ${own.authorization}`,
            cookie: `session=${own.cookie}`,
            'x-api-key': own.header,
            accept: own.header,
            'accept-language': own.header,
            'idempotency-key': own.header,
          };
          const { params, query, headers: headersOf, body, ids } = scrub(headers, ['page']);
          const form = new URLSearchParams([
            ['password', own.form],
            [own.name, 'x'],
          ]);
          const written = {
            params: params({ slug: own.param }),
            query: query(
              `/a?${new URLSearchParams([
                ['api_key', own.query],
                [own.name, own.query],
              ])}`,
            ),
            headers: headersOf(headers),
            body: body(headers, Buffer.from(JSON.stringify({ [own.name]: document }))),
            form: body(FORM_HEADERS, Buffer.from(String(form))),
            ids: ids(
              { ...JSON_HEADERS, location: `/a/${encodeURIComponent(own.location)}` },
              JSON.stringify({ id: own.param, token: own.authorization, [own.name]: { id: own.form } }),
            ),
          };
          assertSilent(written, [...Object.values(own), ...inBody]);
        },
      ),
      SEED,
    );
  });

  it('keeps its form: what was a text, a number, an object or a list is one still', () => {
    const formOf = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(formOf);
      if (typeof value === 'object' && value !== null)
        return Object.values(value)
          .map((inner) => JSON.stringify(formOf(inner)))
          .sort();
      return value === null ? 'null' : typeof value;
    };
    fc.assert(
      fc.property(
        anyJson(fc.oneof(secret, fc.double({ noNaN: true }), fc.boolean(), fc.constant(null))),
        (document) => {
          const told = JSON.parse(JSON.stringify({ document }));
          const body = scrub({}).body(JSON_HEADERS, Buffer.from(JSON.stringify(told)));
          if ('left' in body) return;
          assert.deepEqual(formOf('json' in body && body.json), formOf(told));
        },
      ),
      SEED,
    );
  });

  it('has the same in the place of what is the same, and of a number what stands for its digits', () => {
    const { params, ids, body } = scrub({});
    const { slug } = params({ slug: '4711' });
    assert.deepEqual(ids(JSON_HEADERS, '{"id":4711,"total":4711}'), [['/id', Number(slug)]]);
    assert.deepEqual(body(JSON_HEADERS, Buffer.from('{"commentId":"4711"}')), { json: { commentId: slug } });
  });

  it('keeps what is to be kept, but nothing by which the request proves who it is', () => {
    const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';
    const headers = { ...JSON_HEADERS, authorization: `Bearer ${token}`, cookie: 'sid=s3cr3t-sid' };
    const { params, query, body, replaced } = scrub(headers, ['slug', 'page', 'state']);
    assert.deepEqual(params({ slug: 'old-17' }), { slug: 'old-17' });
    assert.deepEqual(query('/a?page=2'), [['page', '2']]);
    const written = body(
      headers,
      Buffer.from(JSON.stringify({ state: token, page: 's3cr3t-sid', slug: token.slice(0, 30) })),
    );
    assertSilent(written, [token, 's3cr3t-sid', token.slice(0, 30)]);
    assert.deepEqual(replaced.sort(), ['page', 'slug', 'state']);
  });

  for (const [what, headers, text] of [
    ['neither JSON nor a form', { 'content-type': 'multipart/form-data; boundary=x' }, '--x'],
    ['encoded', { ...JSON_HEADERS, 'content-encoding': 'gzip' }, '{}'],
    ['no JSON in spite of its type', JSON_HEADERS, '{"password":"hunter22'],
    ['of more values than anybody looks at', JSON_HEADERS, JSON.stringify(Array(5_000).fill('hunter22'))],
    ['deeper than anybody looks', JSON_HEADERS, `${'['.repeat(10_000)}"hunter22"${']'.repeat(10_000)}`],
  ] as const)
    it(`leaves out a body that is ${what}, and says so`, () => {
      const left = scrub({}).body(headers, Buffer.from(text));
      assert.ok('left' in left);
      assertSilent(left, ['hunter22']);
    });
});

describe('a stand-in', () => {
  it('is of the form of what it stands for', () => {
    const { value, id } = standIns(KEY);
    const forms: [string, RegExp][] = [
      ['ada@example.org', /^x[0-9a-f]+@example\.invalid$/],
      [
        '6f1c0a52-3c2f-4a63-9a53-1b7a6b1f0c11',
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ],
      ['1985-04-12', /^20\d\d-\d\d-\d\d$/],
      ['1985-04-12T23:20:50.52+01:00', /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/],
      ['0171234', /^[1-9]\d{6}$/],
      ['short', /^x[0-9a-f]{7}$/],
      ['', /^$/],
    ];
    for (const [text, form] of forms) assert.match(value(text), form);
    assert.match(String(value(-12.5)), /^-[1-9]\d\.\d+$/);
    assert.equal(value(0), 0);
    assert.match(String(id(7)), /^[1-9]\d{14}$/);
    assert.ok(Number.isFinite(value(1e300)));
  });

  it('is another one with another key', () => {
    const other = standIns(Buffer.alloc(32, 8));
    for (const text of ['ada@example.org', '4711', 'text'])
      assert.notEqual(standIns(KEY).id(text), other.id(text));
  });
});
