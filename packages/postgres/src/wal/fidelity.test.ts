import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type pg from 'pg';
import {
  createPool,
  createSlot,
  ensurePublication,
  openWalStream,
  type Tuple,
  type WalMessage,
} from '../index.ts';
import { testServer } from '../testing.ts';

/** Every type of the notes: what is inserted, as text. */
const TYPES: Record<string, fc.Arbitrary<string>> = {
  text: unicode(),
  'varchar(400)': unicode(),
  'char(20)': fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
  boolean: fc.constantFrom('true', 'false'),
  smallint: fc.integer({ min: -32_768, max: 32_767 }).map(String),
  integer: fc.integer().map(String),
  bigint: fc.oneof(
    fc.constantFrom('9223372036854775807', '-9223372036854775808', '9007199254740993'),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  ),
  real: fc.float().map(float),
  'double precision': fc.double().map(float),
  numeric: numeric(),
  'numeric(30,10)': fc.bigInt({ min: -(10n ** 28n), max: 10n ** 28n }).map((n) => `${n}e-10`),
  timestamp: timestamp(),
  timestamptz: timestamp().chain((text) =>
    fc
      .constantFrom('', '+00', '-11:30', '+05:45')
      .map((zone) => (/\d/.test(text) ? text.replace(/( BC)?$/, `${zone}$1`) : text)),
  ),
  date: fc.oneof(
    fc.constantFrom('infinity', '-infinity', '4713-01-01 BC', '5874897-12-31', '2024-02-29', '1900-01-01'),
    day(),
  ),
  time: clock(),
  timetz: clock().map((text) => `${text}+05:45`),
  interval: fc.oneof(
    fc.constantFrom('infinity', '-1 years 2 mons -3 days 04:05:06.000007', '178000000 years', '00:00:00'),
    fc
      .tuple(fc.integer({ min: -5000, max: 5000 }), fc.integer(), clock())
      .map(([m, d, t]) => `${m} mons ${d} days ${t}`),
  ),
  json: json(),
  jsonb: json(),
  bytea: fc.uint8Array({ maxLength: 300 }).map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`),
  uuid: fc.uuid(),
  'bigint[]': fc
    .array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))
    .map((list) => `{${list.join()}}`),
  'text[]': fc.array(fc.option(unicode())).map(arrayOf),
  'timestamptz[]': fc.array(timestamp()).map(arrayOf),
  mood: fc.constantFrom('sad', 'ok', "it's ünï", 'a "quoted" one'),
  int4range: fc.constantFrom('empty', '[1,5)', '(,)', '[-2147483648,2147483647)', '(,7]'),
  tstzrange: fc.tuple(day(), day()).map((days) => `[${days.sort().join()}]`),
  nummultirange: fc.constantFrom('{}', '{[1.5,2.5),[3,4]}', '{(,1),(2,)}'),
  positive: fc.integer({ min: 1 }).map(String),
  inet: fc.constantFrom('192.168.0.1/24', '::1', 'fe80::1/64', '0.0.0.0/0'),
  varbit: fc.array(fc.constantFrom('0', '1'), { maxLength: 70 }).map((bits) => bits.join('')),
  tsvector: fc.constantFrom("'a' 'b':1", "'it''s':2A"),
  point: fc.constantFrom('(1.5,-2)', '(0,1e+300)'),
  xml: fc.constantFrom('<a b="c">é</a>', '<x/>'),
};
const NAMES = Object.keys(TYPES);

let pool: pg.Pool;
let url: string;

before(async () => {
  url = await (await testServer()).database('fidelity');
  pool = createPool(url);
  await pool.query(`CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s ünï', 'a "quoted" one')`);
  await pool.query('CREATE DOMAIN positive AS int CHECK (VALUE > 0)');
  const columns = NAMES.map((type, index) => `c${index} ${type}`);
  await pool.query(`CREATE TABLE every (id serial PRIMARY KEY, ${columns.join(', ')})`);
  await pool.query('ALTER TABLE every REPLICA IDENTITY FULL');
  await ensurePublication(pool, 'every', [{ schema: 'public', table: 'every' }]);
  await createSlot(pool, 'every');
});
after(() => pool.end());

test('every type passes unchanged as the text that the server itself writes', async () => {
  const row = fc.tuple(...NAMES.map((type) => fc.option(TYPES[type]!, { freq: 8 })));
  const places = NAMES.map((type, index) => `($${index + 1}::text)::${type}`);
  const insert = `INSERT INTO every (${NAMES.map((_, index) => `c${index}`).join()}) VALUES (${places.join()}) RETURNING id`;
  // Not `::text`, which differs from a type's own output for boolean and char(n).
  const asText = NAMES.map((_, index) => `CASE WHEN c${index} IS NOT NULL THEN format('%s', c${index}) END`);
  const select = `SELECT array[id::text, ${asText.join()}] AS texts FROM every WHERE id = $1`;
  const transactions = readTransactions();
  try {
    await fc.assert(
      fc.asyncProperty(row, async (values) => {
        const { id } = (await pool.query<{ id: number }>(insert, values)).rows[0]!;
        const expected = (await pool.query<{ texts: Tuple }>(select, [id])).rows[0]!.texts;
        const [inserted] = rowsOf(await transactions.next());
        assert.deepEqual(inserted?.kind === 'insert' && inserted.new, expected);
        await pool.query('DELETE FROM every WHERE id = $1', [id]);
        const [deleted] = rowsOf(await transactions.next());
        assert.deepEqual(deleted?.kind === 'delete' && deleted.old, expected);
      }),
      { numRuns: 150 },
    );
  } finally {
    await transactions.return();
  }
});

/** The messages of one committed transaction after another. */
async function* readTransactions(): AsyncGenerator<WalMessage[], void, void> {
  const stream = openWalStream({ url, slot: 'every', publications: ['every'] });
  let open: WalMessage[] = [];
  for await (const batch of stream) {
    for (const message of batch) {
      open.push(message);
      if (message.kind !== 'commit') continue;
      yield open;
      open = [];
    }
  }
}

function rowsOf(result: IteratorResult<WalMessage[], void>): WalMessage[] {
  return (result.value ?? []).filter(({ kind }) => kind === 'insert' || kind === 'delete');
}

function unicode(): fc.Arbitrary<string> {
  const unit = fc.oneof(
    fc.constantFrom(
      '\t',
      '\n',
      '\r',
      '\b',
      '\u0001',
      '\u001f',
      '\u007f',
      '\u0085',
      '\\',
      '"',
      "'",
      '{',
      ',',
      ' ',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  );
  return fc
    .string({ unit, maxLength: 100 })
    .map((text) => text.replaceAll('\0', ''))
    .filter((text) => text.isWellFormed());
}

function float(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function numeric(): fc.Arbitrary<string> {
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 200 });
  return fc.oneof(
    fc.constantFrom('NaN', 'Infinity', '-Infinity', '1e1000', '1e-1000', '0.000', '1.10', '-0'),
    fc
      .tuple(fc.constantFrom('', '-'), digits, digits)
      .map(([sign, whole, rest]) => `${sign}${whole}.${rest}`),
  );
}

function day(): fc.Arbitrary<string> {
  return fc
    .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10));
}

function clock(): fc.Arbitrary<string> {
  const two = (max: number) => fc.nat({ max }).map((n) => String(n).padStart(2, '0'));
  const micros = fc.nat({ max: 999_999 }).map((n) => String(n).padStart(6, '0'));
  return fc.tuple(two(23), two(59), two(59), micros).map(([h, m, s, u]) => `${h}:${m}:${s}.${u}`);
}

function timestamp(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(
      'infinity',
      '-infinity',
      '4713-01-01 00:00:00 BC',
      '294276-12-31 00:59:59.999999',
      '1969-12-31 23:59:59.999999',
    ),
    fc.tuple(day(), clock()).map(([date, time]) => `${date} ${time}`),
  );
}

function json(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(
      '{"n": 12345678901234567890.123456789012345678}',
      '1e400',
      '{"a":1,  "a":2}',
      '"\\u00e9"',
      'null',
    ),
    fc.json().filter((text) => !/\\u0000|\\ud/i.test(text)),
  );
}

function arrayOf(list: readonly (string | null)[]): string {
  const quoted = list.map((item) =>
    item === null ? 'NULL' : `"${item.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
  );
  return `{${quoted.join()}}`;
}
