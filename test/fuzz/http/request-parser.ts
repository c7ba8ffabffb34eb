/** One request as RFC 9112 reads it. */
export type ParsedRequest = {
  method: string;
  target: string;
  minor: number;
  /** Names in lower case, in the order they came. */
  headers: [name: string, value: string][];
  body: Buffer;
};

/**
 * - `open`: between requests, or in the middle of one.
 * - `invalid`: what came is no request; nothing after it can be one.
 * - `upgraded`: a WebSocket was asked for; what follows is not HTTP unless it was denied.
 * - `closed`: the last request was the connection's last, by its own word.
 */
type State = 'open' | 'invalid' | 'upgraded' | 'closed';

const STRICT_LINE = /^(\S+) (\S+) HTTP\/1\.([01])$/;
const LINE_WITH_BLANKS = /^(\S+) +(\S+) +HTTP\/1\.([01])$/;
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
const TARGET = /^[\x21-\x7e\x80-\xff]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const CHUNK_LINE = /^([0-9a-f]{1,12})[ \t]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/i;
const BLANKS = /^[ \t]+|[ \t]+$/g;

/**
 * Reads a stream of requests strictly and without hurry: every reading that RFC 9112 does not allow makes the stream
 * invalid. It is the oracle of both ends: what a client's bytes mean, and whether an upstream was sent valid ones.
 */
export class RequestParser {
  readonly requests: ParsedRequest[] = [];
  state: State = 'open';
  /** Why it is invalid. */
  problem = '';
  #rest: Buffer = Buffer.alloc(0);
  readonly #line: RegExp;
  readonly #between: RegExp;

  /**
   * `line`: how request lines are read. A client may put several spaces between the parts of one, and empty lines,
   * their ends bare or halved, before it: RFC 9112 (3 and 2.2) lets a recipient read spaces and bare line feeds so, the
   * gateway's parser skips a carriage return there as well, and the line that goes upstream is written anew. An upstream
   * must never be sent such a line.
   */
  constructor(line: 'strict' | 'blanks' = 'strict') {
    this.#line = line === 'strict' ? STRICT_LINE : LINE_WITH_BLANKS;
    this.#between = line === 'strict' ? /^(?:\r\n)*/ : /^[\r\n]*/;
  }

  push(bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (this.state === 'open' && this.#next());
  }

  /** Bytes that belong to no whole request. */
  get rest(): Buffer {
    return this.#rest;
  }

  /** Takes one whole request off the stream; false when there is none. */
  #next(): boolean {
    const text = this.#rest.toString('latin1');
    const start = this.#between.exec(text)![0].length;
    const end = text.indexOf('\r\n\r\n', start);
    if (end === -1) return false;
    const [line, ...fields] = text.slice(start, end).split('\r\n');
    const first = this.#line.exec(line as string);
    if (!first || !TOKEN.test(first[1]!) || !TARGET.test(first[2]!)) return this.#refuse('the request line');
    const headers = fields.map(fieldOf);
    if (headers.includes(null)) return this.#refuse('a header');
    const head = {
      method: first[1]!,
      target: first[2]!,
      minor: Number(first[3]),
      headers: headers as [string, string][],
    };
    const framing = framingOf(head);
    if (framing === null) return this.#refuse('the length of the body');
    const body = framing === 'chunked' ? this.#chunks(text, end + 4) : this.#counted(end + 4, framing);
    if (body === null) return false;
    this.#rest = this.#rest.subarray(body.end);
    this.requests.push({ ...head, body: body.data });
    if (isUpgrade(head)) this.state = 'upgraded';
    else if (isLast(head)) this.state = 'closed';
    return this.state === 'open';
  }

  #counted(at: number, length: number): { data: Buffer; end: number } | null {
    if (this.#rest.length < at + length) return null;
    return { data: this.#rest.subarray(at, at + length), end: at + length };
  }

  #chunks(text: string, from: number): { data: Buffer; end: number } | null {
    const parts: Buffer[] = [];
    for (let at = from; ; ) {
      const line = lineAt(text, at);
      if (line === null) return null;
      const size = CHUNK_LINE.exec(line)?.[1];
      if (size === undefined) return this.#bad('a chunk size');
      at += line.length + 2;
      const length = Number.parseInt(size, 16);
      if (length === 0) return this.#trailers(text, at, parts);
      if (this.#rest.length < at + length + 2) return null;
      if (text.slice(at + length, at + length + 2) !== '\r\n') return this.#bad('the end of a chunk');
      parts.push(this.#rest.subarray(at, at + length));
      at += length + 2;
    }
  }

  #trailers(text: string, from: number, parts: Buffer[]): { data: Buffer; end: number } | null {
    for (let at = from; ; ) {
      const line = lineAt(text, at);
      if (line === null) return null;
      at += line.length + 2;
      if (line === '') return { data: Buffer.concat(parts), end: at };
      if (fieldOf(line) === null) return this.#bad('a trailer');
    }
  }

  #refuse(what: string): false {
    this.state = 'invalid';
    this.problem = what;
    return false;
  }

  #bad(what: string): null {
    this.#refuse(what);
    return null;
  }
}

/** Values of a header in the order they came. */
export function valuesOf(request: Pick<ParsedRequest, 'headers'>, name: string): string[] {
  return request.headers.filter(([known]) => known === name).map(([, value]) => value);
}

type Head = Omit<ParsedRequest, 'body'>;

function lineAt(text: string, from: number): string | null {
  const end = text.indexOf('\r\n', from);
  return end === -1 ? null : text.slice(from, end);
}

function fieldOf(line: string): [string, string] | null {
  const colon = line.indexOf(':');
  const name = line.slice(0, colon);
  const value = line.slice(colon + 1).replace(BLANKS, '');
  return colon > 0 && TOKEN.test(name) && VALUE.test(value) ? [name.toLowerCase(), value] : null;
}

/** The body's length, 'chunked', or null where readers could differ. */
function framingOf(head: Head): number | 'chunked' | null {
  const codings = valuesOf(head, 'transfer-encoding');
  const lengths = valuesOf(head, 'content-length');
  if (codings.length > 0) {
    const chunked = codings.length === 1 && codings[0]!.toLowerCase() === 'chunked';
    return chunked && lengths.length === 0 && head.minor === 1 ? 'chunked' : null;
  }
  if (lengths.length === 0) return 0;
  return lengths.length === 1 && /^\d{1,15}$/.test(lengths[0]!) ? Number(lengths[0]) : null;
}

function tokensOf(head: Head, name: string): string[] {
  return valuesOf(head, name).flatMap((value) => value.toLowerCase().split(/[ \t]*,[ \t]*/));
}

function isLast(head: Head): boolean {
  const connection = tokensOf(head, 'connection');
  if (connection.includes('close')) return true;
  return head.minor === 0 && !connection.includes('keep-alive');
}

function isUpgrade(head: Head): boolean {
  return tokensOf(head, 'connection').includes('upgrade') && tokensOf(head, 'upgrade').includes('websocket');
}
