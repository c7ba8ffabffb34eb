import { checkField, MalformedResponse, readHead } from './response-head.ts';

/** What a parser tells of. `onHead` comes once, then `onData` any number of times, then `onDone` once. */
export interface ResponseSink {
  /** `headers` is a flat list as they came; `length` is null when the head does not tell it. */
  onHead(status: number, headers: string[], length: number | null): void;
  /** The chunk may be overwritten after the call: whoever keeps it has to copy it. */
  onData(chunk: Buffer): void;
  /** `reusable`: the connection may carry another request; nothing came after the answer. */
  onDone(reusable: boolean): void;
}

/** Of a head with the interim ones before it, and of the trailers. */
const MAX_HEAD = 64 * 1024;
const MAX_CHUNK_LINE = 1024;
const HEAD_END = '\r\n\r\n';

const LF = 10;
const CR = 13;

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
 * two lengths, folded lines, bare line feeds, control characters) is malformed. Written for speed: it slices one string
 * per head and calls nothing per header.
 */
export class ResponseParser {
  /** Seconds of the server's Keep-Alive hint; null when it gave none. */
  keepAliveSeconds: number | null = null;
  #sink: ResponseSink;
  #state = DONE;
  #data: Buffer | null = null;
  #at = 0;
  /** Of the head that has not come whole: how far it has been looked through. */
  #seen = 0;
  /** What may still come of heads, or of trailers. */
  #room = MAX_HEAD;
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
    this.#seen = 0;
    this.#room = MAX_HEAD;
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
        return this.#chunkEnd();
      case TRAILER:
        return this.#trailer();
      default:
        return this.#throttle();
    }
  }

  #head(): boolean {
    const data = this.#data;
    if (data === null || this.#at >= data.length) return false;
    const end = data.indexOf(HEAD_END, this.#at + Math.max(0, this.#seen - 3), 'latin1');
    const length = (end === -1 ? data.length : end) - this.#at;
    if (length > this.#room) throw new MalformedResponse('the head is too long');
    if (end === -1) {
      this.#checkPart(data, length);
      return false;
    }
    const text = data.toString('latin1', this.#at, end + 2);
    this.#at = end + 4;
    this.#seen = 0;
    this.#whole(text, length);
    return true;
  }

  /** A head without carriage returns would never be seen to end. */
  #checkPart(data: Buffer, length: number): void {
    for (let at = data.indexOf(LF, this.#at + this.#seen); at !== -1; at = data.indexOf(LF, at + 1)) {
      if (at === this.#at || data[at - 1] !== CR) throw new MalformedResponse('a bare line feed in the head');
    }
    this.#seen = length;
  }

  /** A whole head with its last line end; `length` bytes of the connection. */
  #whole(text: string, length: number): void {
    const head = readHead(text);
    const { status } = head;
    if (status === 101) throw new MalformedResponse('an upgrade nobody asked for');
    if (status < 200) {
      this.#room -= length; // an interim answer: the real one follows
      return;
    }
    this.#keepAlive = head.keepAlive;
    this.keepAliveSeconds = head.keepAliveSeconds;
    const empty = this.#noBody || status === 204 || status === 304;
    if (!empty) this.#state = head.chunked ? CHUNK_SIZE : head.length === null ? UNTIL_CLOSE : LENGTH;
    this.#left = head.length ?? 0;
    this.#room = MAX_HEAD;
    this.#sink.onHead(status, head.headers, head.length);
    if (empty || (this.#state === LENGTH && this.#left === 0)) {
      this.#left = 0;
      this.#state = LENGTH;
      if (!this.#paused) this.#finish(true);
    }
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

  #chunkEnd(): boolean {
    const data = this.#data;
    if (data === null || this.#at >= data.length) return false;
    if (data[this.#at] !== CR) throw new MalformedResponse('a chunk longer than it said');
    if (this.#line(0) === null) return false;
    this.#state = CHUNK_SIZE;
    return true;
  }

  /** Trailers are dropped, but must look like what they are: it may be another answer that follows. */
  #trailer(): boolean {
    const line = this.#line(this.#room);
    if (line === null) return false;
    if (line === '') {
      this.#finish(true);
      return true;
    }
    this.#room -= line.length + 2;
    if (this.#room < 0) throw new MalformedResponse('the trailers are too long');
    checkField(`${line}\r\n`);
    return true;
  }

  #throttle(): boolean {
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
    const end = data.indexOf(LF, this.#at);
    // The carriage return may be there already.
    if ((end === -1 ? data.length : end) - this.#at > max + 1)
      throw new MalformedResponse('a line is too long');
    if (end === -1) return null;
    if (end === this.#at || data[end - 1] !== CR) throw new MalformedResponse('a bare line feed');
    const line = data.toString('latin1', this.#at, end - 1);
    this.#at = end + 1;
    return line;
  }

  #finish(framed: boolean): void {
    const clean = this.#data === null || this.#at >= this.#data.length;
    this.#state = DONE;
    this.#data = null;
    this.#sink.onDone(framed && this.#keepAlive && clean);
  }
}

const CHUNK_LINE = /^([0-9a-f]{1,13})(?:;[\t -~\x80-\xff]*)?$/i;
