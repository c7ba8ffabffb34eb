/** One final answer as RFC 9112 reads it. */
export type ParsedResponse = {
  status: number;
  headers: Map<string, string>;
  body: Buffer;
  /** It says that the connection ends with it. */
  last: boolean;
};

const STATUS_LINE = /^HTTP\/1\.[01] (\d{3}) [\t\x20-\x7e\x80-\xff]*$/;
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const LIST = new Set(['set-cookie', 'vary', 'cache-control', 'www-authenticate', 'via', 'link', 'allow']);

/**
 * Reads what comes back on a client's connection strictly: whole final answers, each of known length (or to the end of
 * the connection), and nothing between or after them. `methodOf` tells the method of the n-th request.
 */
export class ResponseParser {
  readonly responses: ParsedResponse[] = [];
  /** What no strict client could read; empty: nothing so far. */
  problem = '';
  /** The connection was switched: what follows is not HTTP. */
  switched = false;
  #rest: Buffer = Buffer.alloc(0);
  #untilClose: Omit<ParsedResponse, 'body'> | null = null;
  readonly #methodOf: (index: number) => string | undefined;

  constructor(methodOf: (index: number) => string | undefined) {
    this.#methodOf = methodOf;
  }

  push(bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (this.problem === '' && !this.switched && this.#untilClose === null && this.#next());
  }

  /** Nothing more will come. */
  end(): void {
    if (this.#untilClose === null) return;
    this.responses.push({ ...this.#untilClose, body: this.#rest });
    this.#untilClose = null;
    this.#rest = Buffer.alloc(0);
  }

  /** Part of an answer is there. */
  get begun(): boolean {
    return this.#untilClose !== null || this.#rest.length > 0;
  }

  /** Bytes of an answer that is not whole. */
  get rest(): Buffer {
    return this.#untilClose === null ? this.#rest : Buffer.alloc(0);
  }

  #next(): boolean {
    if (this.#rest.length === 0) return false;
    if (this.responses.at(-1)?.last) return this.#refuse('bytes after the last answer');
    const text = this.#rest.toString('latin1');
    if (!'HTTP/1.'.startsWith(text.slice(0, 7))) return this.#refuse('no status line where an answer begins');
    const end = text.indexOf('\r\n\r\n');
    if (end === -1) return false;
    const [line, ...fields] = text.slice(0, end).split('\r\n');
    const status = Number(STATUS_LINE.exec(line as string)?.[1]);
    // Above 599 a client takes it for a failure of the server (RFC 9110, 15).
    if (!(status >= 100)) return this.#refuse('a status line');
    const headers = headersOf(fields);
    if (typeof headers === 'string') return this.#refuse(headers);
    if (status === 101) {
      this.switched = true;
      this.#rest = this.#rest.subarray(end + 4);
      return false;
    }
    if (status < 200) {
      this.#rest = this.#rest.subarray(end + 4);
      return true;
    }
    return this.#final(text, end + 4, status, headers);
  }

  #final(text: string, at: number, status: number, headers: Map<string, string>): boolean {
    const last = /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(headers.get('connection') ?? '');
    const length = headers.get('content-length');
    const coding = headers.get('transfer-encoding')?.toLowerCase();
    const head = { status, headers, last };
    if (coding !== undefined && (coding !== 'chunked' || length !== undefined))
      return this.#refuse('two lengths of an answer');
    if (length !== undefined && !/^\d{1,15}$/.test(length)) return this.#refuse('a length of an answer');
    if (status === 204 && (length !== undefined || coding !== undefined))
      return this.#refuse('a length of an answer that has no body');
    const empty = status === 204 || status === 304 || this.#methodOf(this.responses.length) === 'HEAD';
    if (empty) return this.#push(head, { data: Buffer.alloc(0), end: at });
    if (coding === 'chunked') return this.#push(head, this.#chunks(text, at));
    if (length !== undefined) {
      const end = at + Number(length);
      return this.#push(head, this.#rest.length < end ? null : { data: this.#rest.subarray(at, end), end });
    }
    this.#untilClose = { ...head, last: true };
    this.#rest = this.#rest.subarray(at);
    return false;
  }

  #push(head: Omit<ParsedResponse, 'body'>, body: { data: Buffer; end: number } | null): boolean {
    if (body === null) return false;
    this.responses.push({ ...head, body: body.data });
    this.#rest = this.#rest.subarray(body.end);
    return true;
  }

  #chunks(text: string, from: number): { data: Buffer; end: number } | null {
    const parts: Buffer[] = [];
    for (let at = from; ; ) {
      const lineEnd = text.indexOf('\r\n', at);
      if (lineEnd === -1) return null;
      const size = /^[0-9a-f]{1,12}$/i.exec(text.slice(at, lineEnd))?.[0];
      if (size === undefined) return this.#bad('a chunk size of an answer');
      at = lineEnd + 2;
      const length = Number.parseInt(size, 16);
      if (this.#rest.length < at + length + 2) return null;
      if (text.slice(at + length, at + length + 2) !== '\r\n') return this.#bad('the end of a chunk');
      if (length === 0) return { data: Buffer.concat(parts), end: at + 2 };
      parts.push(this.#rest.subarray(at, at + length));
      at += length + 2;
    }
  }

  #refuse(what: string): false {
    this.problem = what;
    return false;
  }

  #bad(what: string): null {
    this.problem = what;
    return null;
  }
}

/** Headers by name, or what is wrong with them. */
function headersOf(fields: string[]): Map<string, string> | string {
  const headers = new Map<string, string>();
  for (const field of fields) {
    const colon = field.indexOf(':');
    const name = field.slice(0, colon).toLowerCase();
    const value = field.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '');
    if (colon < 1 || !NAME.test(name) || !VALUE.test(value)) return 'a header of an answer';
    const before = headers.get(name);
    if (before !== undefined && /^(?:content-length|transfer-encoding)$/.test(name))
      return 'two lengths of an answer';
    headers.set(name, before === undefined || !LIST.has(name) ? value : `${before}, ${value}`);
  }
  return headers;
}
