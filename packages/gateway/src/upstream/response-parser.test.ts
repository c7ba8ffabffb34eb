import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { MalformedResponse } from './response-head.ts';
import { ResponseParser } from './response-parser.ts';

type Parsed = {
  status: number;
  headers: string[];
  length: number | null;
  body: string;
  reusable: boolean | null;
};

function parserOf() {
  const parsed: Parsed = { status: 0, headers: [], length: null, body: '', reusable: null };
  const parser = new ResponseParser({
    onHead(status, headers, length) {
      Object.assign(parsed, { status, headers, length });
    },
    onData(chunk) {
      parsed.body += chunk.toString('latin1');
    },
    onDone(reusable) {
      parsed.reusable = reusable;
    },
  });
  return { parser, parsed };
}

function parse(text: string, options: { head?: boolean; end?: boolean; at?: number[] } = {}): Parsed {
  const { parser, parsed } = parserOf();
  parser.begin(options.head ?? false);
  const bytes = Buffer.from(text, 'latin1');
  const cuts = [
    0,
    ...(options.at ?? []).map((n) => n % (bytes.length + 1)).sort((a, b) => a - b),
    bytes.length,
  ];
  for (let i = 1; i < cuts.length; i++) {
    if (cuts[i]! <= cuts[i - 1]!) continue;
    const chunk = Buffer.from(bytes.subarray(cuts[i - 1], cuts[i]));
    parser.push(chunk);
    chunk.fill('#'); // as the next read of the socket would
  }
  if (options.end) parser.end();
  return parsed;
}

const token = fc.stringMatching(/^x-[a-z]{1,8}$/);
const value = fc.stringMatching(/^[!-~\x80-\xff]([ -~\x80-\xff]{0,10}[!-~\x80-\xff])?$/);
const body = fc.string({ unit: 'binary-ascii', maxLength: 60 });
const cuts = fc.array(fc.nat(500), { maxLength: 8 });

test('whatever the answer and however it is cut, it is read the same', () => {
  const framing = fc.constantFrom('length', 'chunked', 'close');
  fc.assert(
    fc.property(
      framing,
      fc.array(fc.tuple(token, value), { maxLength: 4 }),
      body,
      cuts,
      fc.nat(9),
      (how, fields, text, at, size) => {
        let message = `HTTP/1.1 200 OK\r\n${fields.map(([name, text]) => `${name}: ${text}\r\n`).join('')}`;
        if (how === 'length') message += `Content-Length: ${text.length}\r\n\r\n${text}`;
        if (how === 'close') message += `\r\n${text}`;
        if (how === 'chunked') {
          message += 'Transfer-Encoding: chunked\r\n\r\n';
          for (let i = 0; i < text.length; i += size + 1) {
            const part = text.slice(i, i + size + 1);
            message += `${part.length.toString(16)};ext=1\r\n${part}\r\n`;
          }
          message += '0\r\nx-trailer: dropped\r\n\r\n';
        }
        const parsed = parse(message, { at, end: how === 'close' });
        assert.equal(parsed.status, 200);
        assert.deepEqual(parsed.headers.slice(0, fields.length * 2), fields.flat());
        assert.equal(parsed.body, text);
        assert.equal(parsed.length, how === 'length' ? text.length : null);
        assert.equal(parsed.reusable, how !== 'close');
      },
    ),
  );
});

test('garbage is refused or waited for, never a crash', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), cuts, (garbage, at) => {
      try {
        parse(garbage, { at, end: true });
      } catch (error) {
        assert.ok(error instanceof MalformedResponse);
      }
    }),
  );
});

describe('what two readers could take for two things is malformed', () => {
  const ok = 'HTTP/1.1 200 OK\r\n';
  const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`;
  const cases: Record<string, string> = {
    'both lengths': `${ok}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
    'both lengths, the other way round': `${ok}Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n`,
    'two lengths': `${ok}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
    'the same length twice': `${ok}Content-Length: 1\r\nContent-Length: 1\r\n\r\na`,
    'a list of lengths': `${ok}Content-Length: 1, 1\r\n\r\na`,
    'a length that is no number': `${ok}Content-Length: 1x\r\n\r\n`,
    'a length with a sign': `${ok}Content-Length: +1\r\n\r\na`,
    'an empty length': `${ok}Content-Length:\r\n\r\n`,
    'a length beyond counting': `${ok}Content-Length: 9999999999999999\r\n\r\n`,
    'an unknown coding': `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n`,
    'chunked twice': `${ok}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`,
    'a coding with a tab behind it': `${ok}Transfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n`,
    'a coding in HTTP/1.0': 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'a space before the colon': `${ok}X-A : chunked\r\n\r\n`,
    'a header without a name': `${ok}: chunked\r\n\r\n`,
    'a header without a colon': `${ok}X-A\r\n\r\n`,
    'a folded line': `${ok}X-A: b\r\n c: d\r\n\r\n`,
    'a line folded by a tab': `${ok}X-A: b\r\n\tc: d\r\n\r\n`,
    'a folded line before the first header': `${ok} X-A: b\r\n\r\n`,
    'a NUL in a value': `${ok}X-A: a\0b\r\n\r\n`,
    'a control character in a value': `${ok}X-A: a\x1bb\r\n\r\n`,
    'a DEL in a value': `${ok}X-A: a\x7fb\r\n\r\n`,
    'a character that no name has': `${ok}X-\xe9: b\r\n\r\n`,
    'a bare carriage return in a value': `${ok}X-A: b\rContent-Length: 1\r\n\r\n`,
    'a bare carriage return before the line end': `${ok}X-A: b\r\r\n\r\n`,
    'a bare line feed between headers': `${ok}X-A: b\nContent-Length: 1\r\n\r\n`,
    'a bare line feed after the status line': 'HTTP/1.1 200 OK\nContent-Length: 1\r\n\r\na',
    'a bare carriage return in the reason': 'HTTP/1.1 200 O\rK\r\n\r\n',
    'a NUL in the reason': 'HTTP/1.1 200 O\0K\r\n\r\n',
    'line feeds only, though the head never ends': 'HTTP/1.1 200 OK\nContent-Length: 5\n\nhello',
    'no status': 'HTTP/1.1 OK\r\n\r\n',
    'a status in another notation': 'HTTP/1.1 2e2 OK\r\n\r\n',
    'a status of two digits': 'HTTP/1.1 99 OK\r\n\r\n',
    'a status of four digits': 'HTTP/1.1 2000 OK\r\n\r\n',
    'a status below 100': 'HTTP/1.1 099 OK\r\n\r\n',
    'a status of no class': 'HTTP/1.1 600 High\r\n\r\n',
    'a status with its reason attached': 'HTTP/1.1 200OK\r\n\r\n',
    'two spaces before the status': 'HTTP/1.1  200 OK\r\n\r\n',
    'a line before the status line': '\r\nHTTP/1.1 200 OK\r\n\r\n',
    'another protocol': 'SSH-2.0-x\r\n\r\n',
    'a version unknown here': 'HTTP/1.2 200 OK\r\n\r\n',
    'HTTP/2': 'HTTP/2.0 200 OK\r\n\r\n',
    'small letters': 'http/1.1 200 OK\r\n\r\n',
    'an upgrade nobody asked for': 'HTTP/1.1 101 Switching Protocols\r\n\r\n',
    'an interim answer with a length': `HTTP/1.1 103 Early Hints\r\nContent-Length: 1\r\n\r\na${ok}\r\n`,
    'an interim answer with a coding': 'HTTP/1.1 100 Continue\r\nTransfer-Encoding: chunked\r\n\r\n',
    '204 with a length': 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello',
    '204 with a coding': 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'a head without end': `${ok}X-A: ${'a'.repeat(70_000)}`,
    'a head that is too long': `${ok}X-A: ${'a'.repeat(70_000)}\r\n\r\n`,
    'interim answers without end': 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(4_000),
    'a bad chunk size': `${chunked}-1\r\n`,
    'a chunk size in another notation': `${chunked}0x1\r\na\r\n0\r\n\r\n`,
    'a chunk size with a space': `${chunked}1 \r\na\r\n0\r\n\r\n`,
    'an empty chunk size': `${chunked}\r\na\r\n0\r\n\r\n`,
    'a chunk size beyond counting': `${chunked}fffffffffffffff\r\na`,
    'a chunk size without a carriage return': `${chunked}1\na\r\n`,
    'a chunk extension without end': `${chunked}1;${'a'.repeat(2_000)}`,
    'a chunk extension that is too long': `${chunked}1;${'a'.repeat(2_000)}\r\na\r\n0\r\n\r\n`,
    'a line feed in a chunk extension': `${chunked}1;a\nb\r\na\r\n0\r\n\r\n`,
    'a NUL in a chunk extension': `${chunked}1;\0\r\na\r\n0\r\n\r\n`,
    'a chunk longer than it said': `${chunked}1\r\nab\r\n0\r\n\r\n`,
    'a chunk shorter than it said': `${chunked}3\r\na\r\n0\r\n\r\n`,
    'a chunk that a bare line feed ends': `${chunked}1\r\na\n0\r\n\r\n`,
    'rubbish for a trailer': `${chunked}0\r\nrubbish\r\n\r\n`,
    'another answer for a trailer': `${chunked}0\r\nHTTP/1.1 200 OK\r\n\r\n`,
    'a NUL in a trailer': `${chunked}0\r\nX-A: \0\r\n\r\n`,
    'a folded trailer': `${chunked}0\r\nX-A: b\r\n c\r\n\r\n`,
    'a trailer without a carriage return': `${chunked}0\r\nX-A: b\n\r\n`,
    'trailers without end': `${chunked}0\r\n${'X-A: b\r\n'.repeat(10_000)}`,
  };
  for (const [what, text] of Object.entries(cases)) {
    test(what, () => {
      assert.throws(() => parse(text), MalformedResponse);
      const everywhere = Array.from({ length: 200 }, (_, i) => i);
      assert.throws(() => parse(text, { at: everywhere }), MalformedResponse, 'byte by byte too');
    });
  }
});

describe('ends', () => {
  test('answers to HEAD, 204 and 304 have no body', () => {
    const parsed = parse('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', { head: true });
    assert.deepEqual([parsed.length, parsed.reusable], [5, true]);
    assert.equal(parse('HTTP/1.1 204 No Content\r\n\r\n').reusable, true);
    const empty = parse('HTTP/1.1 204 No Content\r\nX-A: b\r\nContent-Length: 0\r\n\r\n');
    assert.deepEqual([empty.headers, empty.reusable], [['X-A', 'b'], true], 'no length may be passed on');
    assert.equal(parse('HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n').reusable, true);
    assert.equal(parse('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n').reusable, true);
  });

  test('interim answers are skipped', () => {
    const parsed = parse(
      'HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na',
    );
    assert.deepEqual([parsed.status, parsed.body], [200, 'a']);
  });

  test('a connection is not used again after close, HTTP/1.0, or bytes that nobody asked for', () => {
    const tail = 'Content-Length: 1\r\n\r\na';
    assert.equal(parse(`HTTP/1.1 200 OK\r\nConnection: close\r\n${tail}`).reusable, false);
    assert.equal(parse(`HTTP/1.0 200 OK\r\n${tail}`).reusable, false);
    assert.equal(parse(`HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n${tail}`).reusable, true);
    assert.equal(parse(`HTTP/1.1 200 OK\r\n${tail}HTTP/1.1 200 OK\r\n`).reusable, false);
    for (const list of ['close, keep-alive', 'keep-alive, CLOSE', 'close\r\nConnection: keep-alive']) {
      assert.equal(parse(`HTTP/1.1 200 OK\r\nConnection: ${list}\r\n${tail}`).reusable, false, list);
      assert.equal(parse(`HTTP/1.0 200 OK\r\nConnection: ${list}\r\n${tail}`).reusable, false, list);
    }
    assert.equal(parse(`HTTP/1.1 200 OK\r\nConnection: x-close\r\n${tail}`).reusable, true);
    const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n';
    assert.equal(parse(`${chunked}rubbish`).reusable, false);
    assert.equal(parse('HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello').reusable, false);
  });

  test('an answer that breaks off is not complete', () => {
    const { parser } = parserOf();
    parser.begin(false);
    parser.push(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc'));
    assert.equal(parser.end(), false);
  });

  test('a paused parser keeps what has come until it is resumed', () => {
    const { parser, parsed } = parserOf();
    parser.begin(false);
    parser.pause();
    parser.push(Buffer.from('HTTP/1.1 200 OK\r\nContent-Le'));
    parser.push(Buffer.from('ngth: 2\r\n\r\nab'));
    assert.deepEqual([parsed.status, parsed.body], [0, '']);
    parser.resume();
    assert.deepEqual([parsed.status, parsed.body, parsed.reusable], [200, 'ab', true]);
  });
});
