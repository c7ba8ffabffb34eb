import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RecordedBatch, RecorderSettings } from './recorder.ts';
import {
  RECORDING_PATH,
  RECORDING_VERSION,
  type RecordingCounts,
  type RecordingHead,
  type RecordingTail,
  type RecordingWish,
} from './recording.ts';

type RecordingEvent =
  | { kind: 'recording-started'; share: number; seconds: number }
  | { kind: 'recording-ended'; recorded: number; dropped: number };

type Options = {
  /** Null: nobody may record. */
  token: string | null;
  /** Has all workers record, or no more; returns how many were told. */
  tell: (settings: RecorderSettings | null) => number;
  onEvent: (event: RecordingEvent) => void;
};

/** What waits for whoever reads the recording; more is dropped. */
const UNREAD_BYTES = 8 * 1024 * 1024;
const WISH_BYTES = 64 * 1024;
const LONGEST_SECONDS = 86_400;
const MOST_BYTES = 10 * 1024 ** 3;
/** How long workers may take for what they have still to tell, ms. */
const LAST_BATCH_MS = 2_000;

type Session = { settings: RecorderSettings; end: () => void; received(batch: RecordedBatch): void };

/**
 * Recordings of all workers' traffic, one at a time: each goes to whoever asked for it, as long as they listen, and nowhere else.
 */
export class RecordingSessions {
  readonly #options: Options;
  #session: Session | null = null;
  #stillToEnd = 0;
  #allEnded: (() => void) | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Of the recording that is under way, for a worker that has just started. */
  get settings(): RecorderSettings | null {
    return this.#session?.settings ?? null;
  }

  /** Answers a request to the admin port if it is one for a recording. */
  readonly handle = (req: IncomingMessage, res: ServerResponse): boolean => {
    if (req.url !== RECORDING_PATH) return false;
    const { token } = this.#options;
    if (token === null || !isBearer(req.headers.authorization, token))
      refuse(res, 401, 'a bearer token is needed');
    else if (req.method !== 'POST') refuse(res, 405, 'POST says what is to be recorded');
    else
      readWish(req).then(
        (wish) => {
          if (typeof wish === 'string') refuse(res, 400, wish);
          else if (this.#session !== null) refuse(res, 409, 'traffic is being recorded already');
          else this.#run(wish, res);
        },
        () => res.destroy(),
      );
    return true;
  };

  received(batch: RecordedBatch): void {
    this.#session?.received(batch);
  }

  workerEnded(): void {
    if (--this.#stillToEnd <= 0) this.#allEnded?.();
  }

  end(): void {
    this.#session?.end();
  }

  #run(wish: RecordingWish, res: ServerResponse): void {
    const startedAt = Date.now();
    const { share, keep, also, seconds } = wish;
    const settings = { key: randomBytes(32).toString('base64'), startedAt, share, keep, also };
    const counts: RecordingCounts = { recorded: 0, dropped: 0, unmatched: 0, replaced: {} };
    let bytes = 0;
    const write = (line: string) => {
      bytes += Buffer.byteLength(line) + 1;
      res.write(`${line}\n`);
    };
    let isEnding = false;
    const end = async () => {
      if (isEnding) return;
      isEnding = true;
      clearTimeout(timer);
      await this.#endWorkers();
      this.#session = null;
      const tail: RecordingTail = { ended: new Date().toISOString(), ...counts };
      if (!res.destroyed) write(JSON.stringify(tail));
      res.end();
      this.#options.onEvent({ kind: 'recording-ended', recorded: counts.recorded, dropped: counts.dropped });
    };
    const timer = setTimeout(end, seconds * 1_000);
    res.once('close', end);
    this.#session = {
      settings,
      end,
      received: (batch) => {
        for (const line of batch.lines) {
          const fits = bytes + line.length <= wish.bytes;
          if (!fits) void end();
          if (!fits || res.destroyed || res.writableLength > UNREAD_BYTES) {
            counts.dropped++;
            continue;
          }
          counts.recorded++;
          write(line);
        }
        add(counts, batch.counts);
      },
    };
    const head: RecordingHead = {
      banyan: 'traffic',
      version: RECORDING_VERSION,
      startedAt: new Date(startedAt).toISOString(),
      share,
      keep,
    };
    res.writeHead(200, { 'content-type': 'application/x-ndjson' });
    write(JSON.stringify(head));
    this.#options.tell(settings);
    this.#options.onEvent({ kind: 'recording-started', share, seconds });
  }

  /** What workers have still to tell comes first, within a bound. */
  async #endWorkers(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.#allEnded = resolve;
    });
    this.#stillToEnd = this.#options.tell(null);
    const timer = setTimeout(() => this.#allEnded?.(), LAST_BATCH_MS);
    if (this.#stillToEnd > 0) await ended;
    clearTimeout(timer);
    this.#allEnded = null;
  }
}

function add(counts: RecordingCounts, more: RecordedBatch['counts']): void {
  counts.dropped += more.dropped;
  counts.unmatched += more.unmatched;
  for (const [name, times] of Object.entries(more.replaced))
    counts.replaced[name] = (counts.replaced[name] ?? 0) + times;
}

function isBearer(header: string | undefined, token: string): boolean {
  const given = /^Bearer (\S+)$/i.exec(header ?? '')?.[1] ?? '';
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

function refuse(res: ServerResponse, status: number, why: string): void {
  res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(`${why}\n`);
}

/** What is wrong with it, in words, if anything is. */
async function readWish(req: IncomingMessage): Promise<RecordingWish | string> {
  let text = '';
  for await (const chunk of req) {
    text += chunk;
    if (text.length > WISH_BYTES) return 'the body is too long';
  }
  let wish: Partial<RecordingWish> | null;
  try {
    wish = JSON.parse(text);
  } catch {
    return 'the body is not JSON';
  }
  if (typeof wish !== 'object' || wish === null) return 'the body is not an object';
  const { share, keep, also, seconds, bytes } = wish;
  if (!isWithin(share, 1)) return 'share is not above 0 and at most 1';
  if (!isWithin(seconds, LONGEST_SECONDS)) return `seconds is not above 0 and at most ${LONGEST_SECONDS}`;
  if (!isWithin(bytes, MOST_BYTES)) return `bytes is not above 0 and at most ${MOST_BYTES}`;
  if (!Array.isArray(keep) || !keep.every((name) => typeof name === 'string'))
    return 'keep is no list of names';
  if (!Array.isArray(also) || !also.every(isRoute)) return 'also is no list of methods and paths';
  if (new Set(also.map(shapeOf)).size < also.length) return 'also names some requests twice';
  return { share, keep, also, seconds, bytes };
}

function isWithin(value: unknown, most: number): value is number {
  return typeof value === 'number' && value > 0 && value <= most;
}

function shapeOf({ method, path }: { method: string; path: string }): string {
  return `${method} ${path.toLowerCase().replace(/:\w+/g, ':').replace(/\/$/, '')}`;
}

/** As the router takes them: a parameter is a whole part, `*` is the last one. */
function isRoute(route: unknown): route is { method: string; path: string } {
  const { method, path } = (route ?? {}) as Record<string, unknown>;
  return (
    typeof method === 'string' &&
    /^(GET|POST|PUT|PATCH|DELETE)$/.test(method) &&
    typeof path === 'string' &&
    /^\/(?:(?::\w+|[\w.~-]+)\/)*(?::\w+|[\w.~-]+|\*)?$/.test(path)
  );
}
