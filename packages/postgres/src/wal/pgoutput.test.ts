import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PostgresError, parsePgoutput, type Tuple } from '../index.ts';

const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }).filter((text) => text.isWellFormed()),
  fc.string({ unit: 'grapheme-ascii', maxLength: 100 }),
  fc.constantFrom(null, undefined, '', 'x'.repeat(5000), 'é'.repeat(3000)),
);
const tuple = fc.array(value, { maxLength: 8 });
const relationId = fc.nat({ max: 0xffff_ffff });

function encodeTuple(values: Tuple): Buffer {
  const parts: Buffer[] = [int16(values.length)];
  for (const text of values) {
    if (text === null) parts.push(Buffer.from('n'));
    else if (text === undefined) parts.push(Buffer.from('u'));
    else parts.push(Buffer.from('t'), int32(Buffer.byteLength(text)), Buffer.from(text));
  }
  return Buffer.concat(parts);
}

function int16(number: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16BE(number);
  return buffer;
}

function int32(number: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(number);
  return buffer;
}

const insert = (id: number, row: Tuple) =>
  Buffer.concat([Buffer.from('I'), int32(id), Buffer.from('N'), encodeTuple(row)]);
const update = (id: number, marker: string, old: Tuple, row: Tuple) =>
  Buffer.concat([
    Buffer.from('U'),
    int32(id),
    Buffer.from(marker),
    ...(marker === '' ? [] : [encodeTuple(old)]),
    Buffer.from('N'),
    encodeTuple(row),
  ]);

test('every row comes out as it went in: text, NULL and absent values', () => {
  fc.assert(
    fc.property(relationId, tuple, (id, row) => {
      assert.deepEqual(parsePgoutput(insert(id, row)), { kind: 'insert', relationId: id, new: row });
    }),
  );
});

test('an update tells the old key from the whole old row, and a delete too', () => {
  fc.assert(
    fc.property(relationId, tuple, tuple, (id, old, row) => {
      const base = { kind: 'update', relationId: id, key: undefined, old: undefined, new: row };
      assert.deepEqual(parsePgoutput(update(id, '', old, row)), base);
      assert.deepEqual(parsePgoutput(update(id, 'K', old, row)), { ...base, key: old });
      assert.deepEqual(parsePgoutput(update(id, 'O', old, row)), { ...base, old });
      const erase = (marker: string) =>
        parsePgoutput(Buffer.concat([Buffer.from('D'), int32(id), Buffer.from(marker), encodeTuple(old)]));
      assert.deepEqual(erase('K'), { kind: 'delete', relationId: id, key: old, old: undefined });
      assert.deepEqual(erase('O'), { kind: 'delete', relationId: id, key: undefined, old });
    }),
  );
});

test('a message in the midst of a larger buffer is read alone', () => {
  fc.assert(
    fc.property(
      tuple,
      fc.uint8Array({ maxLength: 40 }),
      fc.uint8Array({ maxLength: 40 }),
      (row, head, tail) => {
        const message = insert(7, row);
        const buffer = Buffer.concat([head, message, tail]);
        assert.deepEqual(parsePgoutput(buffer, head.length, head.length + message.length), {
          kind: 'insert',
          relationId: 7,
          new: row,
        });
      },
    ),
  );
});

test('a truncated message is an error, wherever it is cut', () => {
  fc.assert(
    fc.property(tuple, tuple, fc.nat(), (old, row, seed) => {
      const message = update(7, 'O', old, row);
      const cut = 1 + (seed % (message.length - 1));
      // The rest of the buffer holds other bytes, which must not be read as part of the message.
      const buffer = Buffer.concat([message.subarray(0, cut), Buffer.alloc(100, 'N')]);
      assert.throws(() => parsePgoutput(buffer, 0, cut), isProtocolError);
    }),
  );
});

test('whatever bytes come, the outcome is a message or a clear error', () => {
  const tag = fc.constantFrom(...Buffer.from('BCORYIUDTMSEcA?'));
  fc.assert(
    fc.property(tag, fc.uint8Array({ maxLength: 60 }), (first, rest) => {
      try {
        parsePgoutput(Buffer.from([first, ...rest]));
      } catch (error) {
        assert.ok(isProtocolError(error), String(error));
      }
    }),
    { numRuns: 2000 },
  );
});

test('bytes that are not UTF-8 are an error, a real replacement character is not', () => {
  const message = insert(7, ['caf\ufffd']);
  assert.deepEqual(parsePgoutput(message), { kind: 'insert', relationId: 7, new: ['caf\ufffd'] });
  message[message.length - 1] = 0xe9;
  assert.throws(() => parsePgoutput(message), { code: 'WAL_ENCODING' });
});

test('a stray abort of a streamed transaction is tolerated', () => {
  assert.deepEqual(parsePgoutput(Buffer.from([0x41, 0, 0, 2, 0xf4, 0, 0, 2, 0xf4])), {
    kind: 'stream',
    what: 'abort',
  });
});

test('what was read does not change with the buffer', () => {
  const buffer = Buffer.concat([
    Buffer.from('M\x01'),
    Buffer.alloc(8),
    Buffer.from('prefix\0'),
    int32(3),
    Buffer.from('abc'),
  ]);
  const message = parsePgoutput(buffer);
  buffer.fill(0);
  assert.ok(
    message.kind === 'message' && message.content.toString() === 'abc' && message.prefix === 'prefix',
  );
});

function isProtocolError(error: unknown): boolean {
  return error instanceof PostgresError && error.code === 'WAL_PROTOCOL';
}
