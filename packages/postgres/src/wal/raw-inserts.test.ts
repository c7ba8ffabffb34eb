import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parsePgoutput, type Tuple } from '../index.ts';
import { Chunk } from './chunks.ts';
import { isInsert, RawInserts } from './raw-inserts.ts';

const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => text.isWellFormed()),
  fc.constantFrom(null, '', 'é'.repeat(300)),
);

function message(relationId: number, row: Tuple): Buffer {
  const head = Buffer.alloc(8);
  head[0] = 0x49;
  head.writeUInt32BE(relationId, 1);
  head[5] = 0x4e;
  head.writeUInt16BE(row.length, 6);
  const values = row.flatMap((text) => {
    if (text === null || text === undefined) return [Buffer.from('n')];
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(text));
    return [Buffer.from('t'), length, Buffer.from(text)];
  });
  return Buffer.concat([head, ...values]);
}

function chunkOf(bytes: Buffer): Chunk {
  const chunk = Chunk.take(bytes.length);
  bytes.copy(chunk.buffer);
  return chunk;
}

test('rows come out as the parser reads them, and each value lies where it is said to', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.array(fc.array(value, { maxLength: 6 }), { minLength: 1, maxLength: 5 }),
      (id, rows) => {
        const messages = rows.map((row) => message(id, row));
        const buffer = Buffer.concat(messages);
        const chunk = chunkOf(buffer);
        const inserts = new RawInserts(id, chunk);
        let at = 0;
        for (const each of messages) {
          assert.ok(isInsert(buffer, at, at + each.length));
          assert.ok(inserts.add(chunk, at, at + each.length));
          at += each.length;
        }
        assert.equal(inserts.count, rows.length);
        assert.deepEqual(inserts.rows(), rows);
        assert.deepEqual(
          messages.map((each) => (parsePgoutput(each) as { new: Tuple }).new),
          rows,
        );
        const places = new Int32Array(12);
        rows.forEach((row, index) => {
          assert.equal(inserts.locate(index, places), messages[index]!.length - 6);
          const found = row.map((_, column) =>
            places[column * 2]! < 0
              ? null
              : buffer.toString('utf8', places[column * 2], places[column * 2 + 1]),
          );
          assert.deepEqual(found, row);
        });
        inserts.release();
        chunk.release();
      },
    ),
  );
});

test('messages of another table, another chunk or another kind are not taken', () => {
  const one = message(1, ['a']);
  const chunk = chunkOf(one);
  const inserts = new RawInserts(1, chunk);
  assert.equal(inserts.add(chunkOf(one), 0, one.length), false);
  const other = chunkOf(message(2, ['a']));
  assert.equal(new RawInserts(1, other).add(other, 0, one.length), false);
  const remove = Buffer.from(one);
  remove[0] = 0x44;
  assert.equal(isInsert(remove, 0, remove.length), false);
  const removes = chunkOf(remove);
  assert.equal(new RawInserts(1, removes).add(removes, 0, remove.length), false);
  assert.ok(inserts.add(chunk, 0, one.length));
  const next = new RawInserts(1, chunk);
  assert.ok(next.add(chunk, 0, one.length));
  assert.equal(inserts.add(chunk, 0, one.length), false, 'another has begun since');
  assert.deepEqual([inserts.rows(), next.rows()], [[['a']], [['a']]]);
});

test('a row cut short is refused', () => {
  const whole = message(1, ['abc', null, 'def']);
  for (let end = 8; end < whole.length; end++) {
    const chunk = chunkOf(whole);
    const inserts = new RawInserts(1, chunk);
    assert.ok(inserts.add(chunk, 0, end));
    assert.throws(() => inserts.locate(0, new Int32Array(6)), { code: 'WAL_PROTOCOL' });
    assert.throws(() => inserts.row(0), { code: 'WAL_PROTOCOL' });
  }
});

test('a chunk is used again only when all who held it have let go, and released rows cannot be read', () => {
  const row = message(1, ['a']);
  const chunk = chunkOf(row);
  const [one, two] = [new RawInserts(1, chunk), new RawInserts(1, chunk)];
  assert.ok(two.add(chunk, 0, row.length));
  chunk.release();
  one.release();
  one.release();
  const meanwhile = Chunk.take(1);
  assert.notEqual(meanwhile, chunk, 'the second rows are still read');
  assert.deepEqual(two.rows(), [['a']]);
  two.release();
  assert.throws(() => two.rows(), /released/);
  assert.throws(() => two.locate(0, new Int32Array(2)), /released/);
  assert.equal(two.add(chunk, 0, row.length), false);
  assert.throws(() => chunk.release(), /too often/);
  assert.equal(Chunk.take(1), chunk);
});
