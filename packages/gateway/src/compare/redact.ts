import type { Answer } from './compare.ts';

const REDACTED = 'REDACTED';
const SECRET_NAME =
  /pass(word|wd|phrase)?|secret|token|api[-_]?key|authorization|cookie|credential|signature|hash|otp|pin\b/i;
const SECRET_HEADER = /^(authorization|proxy-authorization|cookie|set-cookie|x-.*(token|key|secret).*)$/i;
const LONGEST_BODY = 16_384;

/** The request as a curl command that can be pasted into a shell, without its secrets. */
export function toCurl(method: string, origin: string, target: string, headers: readonly string[]): string {
  const parts = ['curl'];
  if (method === 'HEAD') parts.push('--head');
  else if (method !== 'GET') parts.push('-X', method);
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    const value = SECRET_HEADER.test(name) ? REDACTED : headers[i + 1];
    parts.push('-H', quote(`${name}: ${value}`));
  }
  parts.push(quote(origin + redactQuery(target)));
  return parts.join(' ');
}

/** The answer with secrets in headers and in JSON fields replaced, and a long body cut. */
export function redactAnswer(answer: Answer): Answer {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    headers[name] = SECRET_HEADER.test(name) ? REDACTED : value;
  }
  return { status: answer.status, headers, body: redactBody(answer.body) };
}

/** A differing value; its pointer tells whether it, or something in it, is a secret. */
export function redactValue(pointer: string, value: unknown): unknown {
  const name = pointer.slice(pointer.lastIndexOf('/') + 1);
  if (SECRET_NAME.test(name) && value !== undefined) return REDACTED;
  return redactDeep(value);
}

function redactBody(body: string): string {
  try {
    return cut(JSON.stringify(redactDeep(JSON.parse(body))));
  } catch {
    return cut(body);
  }
}

function redactDeep(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redactDeep);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      SECRET_NAME.test(key) && inner !== null && typeof inner !== 'boolean' ? REDACTED : redactDeep(inner),
    ]),
  );
}

function redactQuery(target: string): string {
  return target.replace(/([?&]([^=&]+)=)[^&]*/g, (whole, start: string, name: string) =>
    SECRET_NAME.test(name) ? start + REDACTED : whole,
  );
}

function cut(text: string): string {
  return text.length <= LONGEST_BODY ? text : `${text.slice(0, LONGEST_BODY)}…`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
