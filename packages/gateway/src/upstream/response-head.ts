export class MalformedResponse extends Error {}

/** What the head of an answer says. `length` is of the body as told, null when it is not. */
export type ResponseHead = {
  status: number;
  /** Flat list of names and values, as they came. */
  headers: string[];
  length: number | null;
  chunked: boolean;
  keepAlive: boolean;
  /** Seconds of the server's Keep-Alive hint; null when it gave none. */
  keepAliveSeconds: number | null;
};

/**
 * Reads a head from its status line to its last line end, in Latin-1. Throws MalformedResponse for whatever two readers
 * could take for two things.
 */
export function readHead(text: string): ResponseHead {
  const status = statusOf(text);
  const headers: string[] = [];
  let length: number | null = null;
  let chunked = false;
  const old = text.charCodeAt(7) === ZERO; // HTTP/1.0
  let close = false;
  let keepAlive = false;
  let keepAliveSeconds: number | null = null;
  let at = valueEnd(text, AFTER_STATUS) + 2;
  while (at < text.length) {
    const colon = nameEnd(text, at);
    const end = valueEnd(text, colon + 1);
    const name = text.slice(at, colon);
    const value = trimmed(text, colon + 1, end);
    at = end + 2;
    headers.push(name, value);
    switch (name.length) {
      case 10:
        if (isNamed(name, 'keep-alive')) keepAliveSeconds = secondsOf(value);
        else if (isNamed(name, 'connection')) {
          close ||= hasToken(value, 'close');
          keepAlive ||= hasToken(value, 'keep-alive');
        }
        break;
      case 14:
        if (!isNamed(name, 'content-length')) break;
        if (length !== null) throw new MalformedResponse('an ambiguous length');
        length = numberOf(value, 0, value.length);
        if (length === null) throw new MalformedResponse('an ambiguous length');
        break;
      case 17:
        if (!isNamed(name, 'transfer-encoding')) break;
        // A tab after it may be left away, but llhttp takes it for a part of the name.
        if (chunked || old || value.toLowerCase() !== 'chunked' || text.charCodeAt(end - 1) === TAB)
          throw new MalformedResponse('an unknown coding');
        chunked = true;
        break;
    }
  }
  if (chunked && length !== null) throw new MalformedResponse('two lengths');
  const head = {
    status,
    headers,
    length,
    chunked,
    keepAlive: !close && (keepAlive || !old),
    keepAliveSeconds,
  };
  return status === 204 || status < 200 ? withoutBody(head) : head;
}

/** Is this a header field with its line end, as trailers are too? Throws MalformedResponse. */
export function checkField(line: string): void {
  valueEnd(line, nameEnd(line, 0) + 1);
}

const TAB = 9;
const COLON = 58;
const ZERO = 48;
const SPACE = 32;
const LF = 10;
const CR = 13;
const AFTER_VERSION = 'HTTP/1.1 '.length;
const AFTER_STATUS = 'HTTP/1.1 200'.length;
/** After the three digits there is a reason; without it, many leave out the space before it too. */
const STATUS_LINE = /^HTTP\/1\.[01] [1-5]\d\d[ \r]/;
const NAME = /^[\w!#$%&'*+.^`|~-]$/;
/** By character: may it be in a header's name? */
const IN_NAME = Uint8Array.from({ length: 256 }, (_, code) => (NAME.test(String.fromCharCode(code)) ? 1 : 0));
/** And in its value, or in the reason? */
const IN_VALUE = Uint8Array.from({ length: 256 }, (_, code) =>
  code === TAB || (code >= 32 && code !== 127) ? 1 : 0,
);

function statusOf(text: string): number {
  if (!STATUS_LINE.test(text)) throw new MalformedResponse('no status line');
  return numberOf(text, AFTER_VERSION, AFTER_STATUS)!;
}

/** What one to fifteen digits say; null: there is something else. An expression and `Number` would take ten times as long. */
function numberOf(text: string, from: number, to: number): number | null {
  if (from === to || to - from > 15) return null;
  let number = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return null;
    number = number * 10 + digit;
  }
  return number;
}

/** In any case; most send it as it stands here, and changing the case costs more than all the rest of a line. */
function isNamed(name: string, lower: string): boolean {
  return name === lower || name.toLowerCase() === lower;
}

/** Is it one of the comma-separated tokens? */
function hasToken(list: string, token: string): boolean {
  if (list === token) return true;
  if (list.length < token.length || list === 'keep-alive') return false;
  const lower = list.toLowerCase();
  return lower === token || (lower.includes(token) && lower.split(',').some((one) => one.trim() === token));
}

/** Neither 204 nor an interim answer has a body. A length of 0 says the same, against the rules, and is left out. */
function withoutBody(head: ResponseHead): ResponseHead {
  const { status, headers, length, chunked } = head;
  if (chunked || length) throw new MalformedResponse(`a body in an answer of status ${status}`);
  if (length === null) return head;
  const at = headers.findIndex((text, i) => i % 2 === 0 && text.toLowerCase() === 'content-length');
  return { ...head, headers: headers.toSpliced(at, 2), length: null };
}

/** Where the line's end begins. Control characters, and half a line end, are something else to every reader. */
function valueEnd(text: string, from: number): number {
  let at = from;
  while (IN_VALUE[text.charCodeAt(at)] === 1) at++;
  if (text.charCodeAt(at) !== CR || text.charCodeAt(at + 1) !== LF)
    throw new MalformedResponse('a control character, or half a line end');
  return at;
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
  return code === SPACE || code === TAB;
}

function secondsOf(value: string): number | null {
  const found = /timeout=(\d+)/i.exec(value)?.[1];
  return found === undefined ? null : Number(found);
}
