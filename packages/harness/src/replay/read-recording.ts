import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import {
  RECORDING_VERSION,
  type RecordedRequest,
  type RecordingHead,
  type RecordingTail,
} from '@banyan/gateway/recording';
import { LoadError } from '@banyan/plan/problem';

export type Recording = {
  head: RecordingHead;
  /** In the order in which they came. */
  requests: RecordedRequest[];
  /** Null: it was broken off. */
  tail: RecordingTail | null;
};

/** So many are kept in memory. */
const MOST_REQUESTS = 1_000_000;
const METHODS: ReadonlySet<unknown> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * Reads what `banyan record` has written, as far as it goes.
 *
 * @throws LoadError that says which line is none of a recording
 */
export async function readRecording(file: string): Promise<Recording> {
  const where = resolve(file);
  let head: RecordingHead | null = null;
  let tail: RecordingTail | null = null;
  const requests: RecordedRequest[] = [];
  let number = 0;
  let halfWritten: number | null = null;
  for await (const line of linesOf(where)) {
    number++;
    if (line.trim() === '') continue;
    if (halfWritten !== null) throw notOne(where, halfWritten);
    let parsed: unknown;
    try {
      parsed = JSON.parse(line);
    } catch {
      halfWritten = number; // as the last line may be of a recording that was broken off
      continue;
    }
    if (head === null) {
      head = headOf(parsed, where);
    } else if (isObject(parsed) && typeof parsed.ended === 'string') tail = parsed as RecordingTail;
    else if (isRequest(parsed) && requests.length < MOST_REQUESTS) requests.push(parsed);
    else throw notOne(where, number);
  }
  if (head === null) throw notOne(where, 1);
  if (requests.length === 0)
    throw new LoadError(
      'holds no request: there is nothing to replay',
      where,
      'record for longer, or a larger share',
    );
  return { head, requests: requests.sort((a, b) => a.at - b.at), tail };
}

async function* linesOf(file: string): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new LoadError(
      code === 'ENOENT' ? 'there is no such file' : message,
      file,
      'check the path given with --traffic',
      { cause },
    );
  }
}

function headOf(line: unknown, where: string): RecordingHead {
  if (!isObject(line) || line.banyan !== 'traffic' || !isNames(line.keep)) throw notOne(where, 1);
  if (line.version !== RECORDING_VERSION)
    throw new LoadError(
      `is a recording of version ${line.version}, and this reads ${RECORDING_VERSION}`,
      where,
      'record it with the version that is to replay it',
    );
  return line as RecordingHead;
}

function isRequest(line: unknown): line is RecordedRequest {
  if (!isObject(line)) return false;
  const { at, user, client, method, path, params, query, headers, status, ids } = line;
  return (
    typeof at === 'number' &&
    (user === null || typeof user === 'string') &&
    typeof client === 'string' &&
    METHODS.has(method) &&
    typeof path === 'string' &&
    path.startsWith('/') &&
    isTexts(params) &&
    isPairs(query) &&
    isTexts(headers) &&
    typeof status === 'number' &&
    isPairs(ids)
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}

function isTexts(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((text) => typeof text === 'string');
}

function isPairs(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every(
      (pair) =>
        Array.isArray(pair) &&
        pair.length === 2 &&
        typeof pair[0] === 'string' &&
        (typeof pair[1] === 'string' || typeof pair[1] === 'number'),
    )
  );
}

function notOne(where: string, line: number): LoadError {
  return new LoadError(
    `is no recording of traffic: line ${line} is none of its lines`,
    where,
    'give --traffic a file that banyan record has written',
  );
}
