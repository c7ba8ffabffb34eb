/** What a parser tells of. `onHead` comes once, then `onData` any number of times, then `onDone` once. */
export interface ResponseSink {
  /** `headers` is a flat list as they came; `length` is null when the head does not tell it. */
  onHead(status: number, headers: string[], length: number | null): void;
  /** The chunk may be overwritten after the call: whoever keeps it has to copy it. */
  onData(chunk: Buffer): void;
  /** `reusable`: the connection may carry another request; nothing came after the answer. */
  onDone(reusable: boolean): void;
}

export class MalformedResponse extends Error {}

const MAX_HEAD = 64 * 1024;
const MAX_CHUNK_LINE = 1024;
const HEAD_END = Buffer.from('\r\n\r\n');
const CRLF = Buffer.from('\r\n');

const TAB = 9;
const COLON = 58;

const HEAD = 0;
const LENGTH = 1;
const CHUNK_SIZE = 2;
const CHUNK_DATA = 3;
const CHUNK_END = 4;
const TRAILER = 5;
const UNTIL_CLOSE = 6;
const DONE = 7;

/**
 * Parses HTTP/1.1 answers, one request at a time, strictly: what two readers could frame differently (both lengths,
 * two lengths, folded lines, bare line feeds) is malformed. Written for speed: it slices one string per head and
 * calls nothing per header.
 */
export class ResponseParser {
  /** Seconds of the server's Keep-Alive hint; null when it gave none. */
  keepAliveSeconds: number | null = null;
  #sink: ResponseSink;
  #state = DONE;
  #data: Buffer | null = null;
  #at = 0;
  #left = 0;
  #paused = false;
  #noBody = false;
  #keepAlive = true;

  constructor(sink: ResponseSink) {
    this.#sink = sink;
  }

  get headSeen(): boolean {
    return this.#state !== HEAD;
  }

  /** Expects the answer to a request; `noBody`: to HEAD. */
  begin(noBody: boolean): void {
    this.#state = HEAD;
    this.#noBody = noBody;
    this.#paused = false;
    this.#data = null;
  }

  pause(): void {
    this.#paused = true;
  }

  /** Goes on with what has come already. Throws MalformedResponse. */
  resume(): void {
    this.#paused = false;
    this.#run();
  }

  /** The chunk may be overwritten after the call. Throws MalformedResponse. */
  push(chunk: Buffer): void {
    if (this.#data === null || this.#at >= this.#data.length) this.#data = chunk;
    else this.#data = Buffer.concat([this.#data.subarray(this.#at), chunk]);
    this.#at = 0;
    if (!this.#paused) this.#run();
    if (this.#data !== chunk) return;
    this.#data = this.#at >= chunk.length ? null : Buffer.from(chunk.subarray(this.#at));
    this.#at = 0;
  }

  /** The connection has ended. Returns false when the answer was not complete. */
  end(): boolean {
    if (this.#state !== UNTIL_CLOSE) return this.#state === DONE;
    this.#paused = false;
    this.#run();
    this.#finish(false);
    return true;
  }

  #run(): void {
    while (!this.#paused && this.#state !== DONE && this.#step());
  }

  /** One step of the state machine; false when more bytes are needed. */
  #step(): boolean {
    switch (this.#state) {
      case HEAD:
        return this.#head();
      case LENGTH:
        if (!this.#body()) return false;
        if (this.#left === 0) this.#finish(true);
        return true;
      case CHUNK_SIZE:
        return this.#chunkSize();
      case CHUNK_DATA:
        if (!this.#body()) return false;
        if (this.#left === 0) this.#state = CHUNK_END;
        return true;
      case CHUNK_END:
        if (this.#line(2) === null) return false;
        this.#state = CHUNK_SIZE;
        return true;
      case TRAILER:
        return this.#trailer();
      default:
        return this.#rest();
    }
  }

  #head(): boolean {
    const data = this.#data;
    if (data === null || this.#at >= data.length) return false;
    const end = data.indexOf(HEAD_END, this.#at);
    if (end === -1) {
      if (data.length - this.#at > MAX_HEAD) throw new MalformedResponse('the head is too long');
      return false;
    }
    const text = data.toString('latin1', this.#at, end + 2);
    this.#at = end + 4;
    const status = statusOf(text);
    if (status >= 100 && status < 200) {
      if (status === 101) throw new MalformedResponse('an upgrade nobody asked for');
      return true; // an interim answer: the real one follows
    }
    this.#headers(text, status);
    return true;
  }

  #headers(text: string, status: number): void {
    const list: string[] = [];
    let length: number | null = null;
    let chunked = false;
    this.#keepAlive = text.charCodeAt(7) === 49; // HTTP/1.1
    this.keepAliveSeconds = null;
    let at = text.indexOf('\r\n') + 2;
    while (at < text.length) {
      const colon = nameEnd(text, at);
      const end = text.indexOf('\r\n', colon);
      const name = text.slice(at, colon);
      const value = trimmed(text, colon + 1, end);
      at = end + 2;
      list.push(name, value);
      switch (name.length) {
        case 10: {
          const lower = name.toLowerCase();
          if (lower === 'connection') this.#connection(value);
          else if (lower === 'keep-alive') this.keepAliveSeconds = secondsOf(value);
          break;
        }
        case 14:
          if (name.toLowerCase() !== 'content-length') break;
          if (length !== null || !DIGITS.test(value)) throw new MalformedResponse('an ambiguous length');
          length = Number(value);
          break;
        case 17:
          if (name.toLowerCase() !== 'transfer-encoding') break;
          if (chunked || value.toLowerCase() !== 'chunked') throw new MalformedResponse('an unknown coding');
          chunked = true;
          break;
      }
    }
    if (chunked && length !== null) throw new MalformedResponse('two lengths');
    const empty = this.#noBody || status === 204 || status === 304;
    if (!empty) this.#state = chunked ? CHUNK_SIZE : length === null ? UNTIL_CLOSE : LENGTH;
    this.#left = length ?? 0;
    this.#sink.onHead(status, list, length);
    if (empty || (this.#state === LENGTH && this.#left === 0)) {
      this.#left = 0;
      this.#state = LENGTH;
      if (!this.#paused) this.#finish(true);
    }
  }

  #connection(value: string): void {
    const lower = value.toLowerCase();
    if (lower === 'keep-alive') this.#keepAlive = true;
    else if (lower.includes('close')) this.#keepAlive = false;
  }

  /** Hands on what there is of the body, at most what is left; false when there is nothing. */
  #body(): boolean {
    if (this.#left === 0) return true;
    const data = this.#data;
    if (data === null || this.#at >= data.length) return false;
    const end = Math.min(data.length, this.#at + this.#left);
    const part = this.#at === 0 && end === data.length ? data : data.subarray(this.#at, end);
    this.#left -= end - this.#at;
    this.#at = end;
    this.#sink.onData(part);
    return true;
  }

  #chunkSize(): boolean {
    const line = this.#line(MAX_CHUNK_LINE);
    if (line === null) return false;
    const size = CHUNK_LINE.exec(line)?.[1];
    if (size === undefined) throw new MalformedResponse('a bad chunk size');
    this.#left = Number.parseInt(size, 16);
    this.#state = this.#left === 0 ? TRAILER : CHUNK_DATA;
    return true;
  }

  #trailer(): boolean {
    const line = this.#line(MAX_HEAD);
    if (line === null) return false;
    if (line === '') this.#finish(true);
    return true;
  }

  #rest(): boolean {
    const data = this.#data;
    if (data === null || this.#at >= data.length) return false;
    const part = data.subarray(this.#at);
    this.#at = data.length;
    this.#sink.onData(part);
    return true;
  }

  /** The next line without its end, at most `max` bytes; null when it has not come whole. */
  #line(max: number): string | null {
    const data = this.#data;
    if (data === null) return null;
    const end = data.indexOf(CRLF, this.#at);
    if (end === -1) {
      if (data.length - this.#at > max) throw new MalformedResponse('a line is too long');
      return null;
    }
    const line = data.toString('latin1', this.#at, end);
    if (this.#state === CHUNK_END && line !== '') throw new MalformedResponse('a chunk longer than it said');
    this.#at = end + 2;
    return line;
  }

  #finish(framed: boolean): void {
    const clean = this.#data === null || this.#at >= this.#data.length;
    this.#state = DONE;
    this.#data = null;
    this.#sink.onDone(framed && this.#keepAlive && clean);
  }
}

const DIGITS = /^\d{1,15}$/;
const CHUNK_LINE = /^([0-9a-f]{1,13})[ \t]*(?:;.*)?$/i;
const NAME = /^[\w!#$%&'*+.^`|~-]$/;
/** By character: may it be in a header's name? */
const IN_NAME = Uint8Array.from({ length: 256 }, (_, code) => (NAME.test(String.fromCharCode(code)) ? 1 : 0));

function statusOf(text: string): number {
  if (!text.startsWith('HTTP/1.') || text.charCodeAt(8) !== 32) throw new MalformedResponse('no status line');
  const status = Number(text.slice(9, 12));
  const after = text.charCodeAt(12);
  if (!(status >= 100 && status <= 999) || (after !== 32 && after !== 13)) {
    throw new MalformedResponse('no status');
  }
  return status;
}

/** Where the colon is. A folded line, or a space before the colon: readers differ in what it means. */
function nameEnd(text: string, from: number): number {
  let at = from;
  while (IN_NAME[text.charCodeAt(at)] === 1) at++;
  if (at === from || text.charCodeAt(at) !== COLON) throw new MalformedResponse('a bad header name');
  return at;
}

function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 32 || code === TAB;
}

function secondsOf(value: string): number | null {
  const found = /timeout=(\d+)/i.exec(value)?.[1];
  return found === undefined ? null : Number(found);
}
