import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { MalformedResponse, ResponseParser } from './response-parser.ts';

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

describe('what could be framed in two ways is malformed', () => {
  const cases = {
    'both lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    'two lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    'a length that is no number': 'HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n',
    'an unknown coding': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n',
    'a space before the colon': 'HTTP/1.1 200 OK\r\nX-A : chunked\r\n\r\n',
    'a folded line': 'HTTP/1.1 200 OK\r\nX-A: b\r\n c: d\r\n\r\n',
    'a bad chunk size': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n',
    'a chunk longer than it said':
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n',
    'no status': 'HTTP/1.1 OK\r\n\r\n',
    'another protocol': 'SSH-2.0-x\r\n\r\n',
    'an upgrade nobody asked for': 'HTTP/1.1 101 Switching Protocols\r\n\r\n',
    'a head without end': `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(70_000)}`,
  };
  for (const [what, text] of Object.entries(cases)) {
    test(what, () => assert.throws(() => parse(text), MalformedResponse));
  }
});

describe('ends', () => {
  test('answers to HEAD, 204 and 304 have no body, whatever their length says', () => {
    const parsed = parse('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', { head: true });
    assert.deepEqual([parsed.length, parsed.reusable], [5, true]);
    assert.equal(parse('HTTP/1.1 204 No Content\r\n\r\n').reusable, true);
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
