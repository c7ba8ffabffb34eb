/** How senders of webhooks sign them, and whether one is to be believed: pure, with the clock handed in. */
import { createHash, createHmac } from 'node:crypto';
import type { HmacSettings } from '../../../api/incoming.ts';
import { type Distrust, distrustOf, isSame, TOLERANCE_MS } from '../webhooks/signature.ts';

/** `standard`: Standard Webhooks. `hmac`: as its settings say. */
export type Scheme = { scheme: 'standard' } | { scheme: 'hmac'; settings: HmacSettings };

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

export type Judgement =
  | { is: 'refused'; why: Distrust }
  | {
      is: 'believed';
      /** The sender's id of the message, where it has one. */
      messageId: string | null;
      /** Of what was signed: the same for what was sent again as it was. */
      contentHash: string;
    };

const LONGEST_ID = 200;

/** Whether one of the secrets signed the body. An id that is too long to be kept is none. */
export function judge(
  scheme: Scheme,
  secrets: readonly string[],
  headers: Headers,
  body: Buffer,
  now: Date,
): Judgement {
  return scheme.scheme === 'standard'
    ? judgeStandard(secrets, headers, body, now)
    : judgeHmac(scheme.settings, secrets, headers, body, now);
}

function judgeStandard(secrets: readonly string[], headers: Headers, body: Buffer, now: Date): Judgement {
  const id = one(headers, 'webhook-id');
  const timestamp = one(headers, 'webhook-timestamp');
  const given = {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': one(headers, 'webhook-signature'),
  };
  const why = distrustOf(secrets, given as Partial<Record<keyof typeof given, string>>, body, now);
  if (why) return { is: 'refused', why };
  // The time is another one at each attempt, the id is not.
  return { is: 'believed', messageId: idOf(id), contentHash: hashOf(Buffer.from(`${id}.`), body) };
}

function judgeHmac(
  settings: HmacSettings,
  secrets: readonly string[],
  headers: Headers,
  body: Buffer,
  now: Date,
): Judgement {
  const {
    signature_header,
    prefix = '',
    encoding,
    algorithm,
    signed,
    id_header,
    timestamp_header,
  } = settings;
  const signature = one(headers, signature_header);
  const id = one(headers, id_header);
  const timestamp = one(headers, timestamp_header);
  if (!signature?.startsWith(prefix)) return { is: 'refused', why: 'MISSING' };
  if ((signed.includes('{id}') && !id) || (signed.includes('{timestamp}') && !timestamp))
    return { is: 'refused', why: 'MISSING' };
  if (timestamp_header !== undefined) {
    const why = lateness(timestamp, now);
    if (why) return { is: 'refused', why };
  }
  const content = Buffer.concat(
    signed
      .split(/(\{(?:id|timestamp|body)\})/)
      .map((part) =>
        part === '{body}'
          ? body
          : Buffer.from(part === '{id}' ? id! : part === '{timestamp}' ? timestamp! : part),
      ),
  );
  const theirs = Buffer.from(signature.slice(prefix.length), encoding);
  const isSigned = secrets
    .map((secret) => createHmac(algorithm, secret).update(content).digest())
    .some((mine) => isSame(mine, theirs));
  if (!isSigned) return { is: 'refused', why: 'BAD_SIGNATURE' };
  return { is: 'believed', messageId: idOf(id), contentHash: hashOf(content) };
}

/** Seconds or milliseconds since 1970, as senders have it. */
function lateness(timestamp: string | undefined, now: Date): Distrust | undefined {
  if (!/^\d{1,15}$/.test(timestamp ?? '')) return 'MISSING';
  const number = Number(timestamp);
  const age = now.getTime() - (number > 1e11 ? number : number * 1_000);
  if (age > TOLERANCE_MS) return 'TOO_OLD';
  return age < -TOLERANCE_MS ? 'TOO_NEW' : undefined;
}

/** What is wrong with the settings of an HMAC; undefined: nothing. */
export function settingsProblem({ signed, id_header, timestamp_header }: HmacSettings): string | undefined {
  if (!signed.includes('{body}'))
    return '`signed` has no {body} in it: the signature would say nothing of it.';
  if (signed.includes('{id}') && id_header === undefined)
    return '`signed` has {id} in it, but there is no `id_header`.';
  if (signed.includes('{timestamp}') && timestamp_header === undefined)
    return '`signed` has {timestamp} in it, but there is no `timestamp_header`.';
  if (timestamp_header !== undefined && !signed.includes('{timestamp}'))
    return 'There is a `timestamp_header`, but `signed` has no {timestamp} in it: anybody could change it.';
  return undefined;
}

function one(headers: Headers, name: string | undefined): string | undefined {
  const value = name === undefined ? undefined : headers[name.toLowerCase()];
  return typeof value === 'string' ? value : undefined;
}

function idOf(id: string | undefined): string | null {
  return id !== undefined && id.length <= LONGEST_ID ? id : null;
}

function hashOf(...parts: Buffer[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('base64url');
}
