import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Verified } from '../authenticate/tokens.ts';
import { clientOf } from '../choose/request-attributes.ts';
import { Capture } from '../compare/shadow-request.ts';
import type { Onlooker } from '../forward/reply.ts';
import { compilePatterns, type Match } from '../match/match.ts';
import type { Forwarded } from '../receive/headers.ts';
import type { RequestBody } from '../receive/request-body.ts';
import type { RecordedRequest, RecordingCounts } from './recording.ts';
import { type Scrub, scrubOf } from './scrub.ts';
import { type StandIns, standIns } from './stand-ins.ts';

export type RecorderSettings = {
  /** In base64; of this recording alone. */
  key: string;
  /** Wall clock, ms. */
  startedAt: number;
  share: number;
  keep: string[];
  /** Beside the routes of the table. */
  also: { method: string; path: string }[];
};

/** What is asked of a request on its way to an upstream. */
type Passing = {
  req: IncomingMessage;
  res: ServerResponse;
  forwarded: Forwarded;
  body: RequestBody;
  verified: Verified | null;
  /** Null when no route matched. */
  match: Match | null;
};

/** What a worker tells of a recording at a time; numbers since the last time. */
export type RecordedBatch = { lines: string[]; counts: Omit<RecordingCounts, 'recorded'> };

/** Of an answer that is longer nothing is written but its status. */
const ANSWER_BYTES = 64 * 1024;
/** Requests that are watched at once, and that are written down in a second. */
const MOST_OPEN = 256;
const MOST_A_SECOND = 500;
/** What waits to be taken away. */
const PENDING_BYTES = 4 * 1024 * 1024;
const DELIVER_MS = 100;
/** Users of whom a worker remembers whether they are in the share. */
const MOST_REMEMBERED = 10_000;

/**
 * Writes down, for one worker, what its users ask for: without their secrets, whole users or nothing of them, and never so that a
 * request waits for it. What there is no room for is counted.
 */
export class Recorder {
  readonly #settings: RecorderSettings;
  readonly #deliver: (batch: RecordedBatch) => Promise<void>;
  readonly #report: (error: unknown) => void;
  readonly #standIns: StandIns;
  readonly #keep: ReadonlySet<string>;
  readonly #idNames: ReadonlySet<string>;
  readonly #also: ReturnType<typeof compilePatterns>;
  readonly #inShare = new Map<string, boolean>();
  #batch = emptyBatch();
  #pendingBytes = 0;
  #open = 0;
  #second = 0;
  #inSecond = 0;
  #timer: NodeJS.Timeout | null;
  #delivering: Promise<void> = Promise.resolve();
  #isDelivering = false;

  /** `paths`: of the table's routes. `deliver` is called again when it has resolved. */
  constructor(
    settings: RecorderSettings,
    options: {
      paths: readonly string[];
      deliver: (batch: RecordedBatch) => Promise<void>;
      report: (error: unknown) => void;
    },
  ) {
    this.#settings = settings;
    this.#deliver = options.deliver;
    this.#report = options.report;
    this.#standIns = standIns(Buffer.from(settings.key, 'base64'));
    this.#keep = new Set(settings.keep);
    const patterns = [...options.paths, ...settings.also.map(({ path }) => path)];
    this.#idNames = new Set(patterns.flatMap(namesIn));
    this.#also = compilePatterns(settings.also);
    this.#timer = setInterval(() => this.#deliverPending(), DELIVER_MS);
    this.#timer.unref();
  }

  /** Whoever is to be told of this request's answer; null: it is not recorded. */
  begin(request: Passing): Onlooker | null {
    try {
      return this.#begin(request);
    } catch (error) {
      this.#report(error); // a fault of ours must not cost anybody an answer
      return null;
    }
  }

  /** Takes no more requests; resolves when what was recorded has been delivered. */
  async stop(): Promise<void> {
    if (this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
    await this.#delivering;
    await this.#deliver(this.#batch).catch(this.#report);
    this.#batch = emptyBatch();
  }

  #begin(request: Passing): Onlooker | null {
    if (this.#timer === null) return null;
    const { req, res, match, verified } = request;
    const method = req.method as string;
    const found =
      match === null
        ? this.#also(method, req.url as string)
        : { path: match.route.route.path, params: match.params };
    if (found === null) {
      this.#batch.counts.unmatched++;
      return null;
    }
    const user = verified?.state === 'valid' ? verified.subject : null;
    const who = user ?? clientOf(request.forwarded);
    if (!this.#isInShare(who)) return null;
    if (!this.#hasRoom()) {
      this.#batch.counts.dropped++;
      return null;
    }
    const at = Date.now() - this.#settings.startedAt;
    const capture = new Capture(ANSWER_BYTES);
    let status = 0;
    let ended = false;
    this.#open++;
    res.once('close', () => {
      this.#open--;
      if (!ended) this.#batch.counts.dropped++;
    });
    return {
      head: (given, headers) => {
        status = given;
        capture.head(given, headers);
      },
      add: (chunk) => capture.add(chunk),
      end: () => {
        ended = true;
        const known = { at, user, who, method, status, ...found };
        this.#write(known, request, capture).catch(this.#report);
      },
    };
  }

  async #write(
    known: Pick<RecordedRequest, 'at' | 'user' | 'method' | 'path' | 'status'> & {
      who: string;
      params: Record<string, string | undefined>;
    },
    { req, body, verified }: Passing,
    capture: Capture,
  ): Promise<void> {
    const answer = await capture.answer();
    const { who, user, params, ...plain } = known;
    const scrub = scrubOf(
      {
        standIns: this.#standIns,
        keep: this.#keep,
        idNames: this.#idNames,
        replaced: (name) => {
          const { replaced } = this.#batch.counts;
          replaced[name] = (replaced[name] ?? 0) + 1;
        },
      },
      req.headers,
    );
    const entry: RecordedRequest = {
      ...plain,
      user: user === null ? null : this.#standIns.id(user),
      client: this.#standIns.id(who),
      issuer: verified?.issuer ?? null,
      params: scrub.params(params),
      query: scrub.query(req.url as string),
      headers: scrub.headers(req.headers),
      ...bodyOf(scrub, req.headers, body),
      ids: answer === 'too-large' ? [] : scrub.ids(answer.headers, answer.body),
    };
    this.#add(JSON.stringify(entry));
  }

  #add(line: string): void {
    if (this.#pendingBytes + line.length > PENDING_BYTES) {
      this.#batch.counts.dropped++;
      return;
    }
    this.#pendingBytes += line.length;
    this.#batch.lines.push(line);
  }

  /** Asked for every request, and dearer to find out than to remember. */
  #isInShare(who: string): boolean {
    const known = this.#inShare.get(who);
    if (known !== undefined) return known;
    if (this.#inShare.size >= MOST_REMEMBERED) this.#inShare.clear();
    const isIn = this.#standIns.position(who) < this.#settings.share;
    this.#inShare.set(who, isIn);
    return isIn;
  }

  #hasRoom(): boolean {
    const second = Math.floor(performance.now() / 1_000);
    if (second !== this.#second) [this.#second, this.#inSecond] = [second, 0];
    return this.#open < MOST_OPEN && this.#inSecond++ < MOST_A_SECOND && this.#pendingBytes < PENDING_BYTES;
  }

  /** One batch at a time: whoever takes them slowly has us drop some, not keep them. */
  #deliverPending(): void {
    const { lines, counts } = this.#batch;
    if (this.#isDelivering || lines.length + counts.dropped + counts.unmatched === 0) return;
    const batch = this.#batch;
    this.#batch = emptyBatch();
    this.#pendingBytes = 0;
    this.#isDelivering = true;
    this.#delivering = this.#deliver(batch)
      .catch(this.#report)
      .finally(() => {
        this.#isDelivering = false;
      });
  }
}

function bodyOf(
  scrub: Scrub,
  headers: IncomingMessage['headers'],
  body: RequestBody,
): Pick<RecordedRequest, 'body' | 'left'> {
  if (!body.hasBody) return {};
  if (body.body === null) return { left: 'a body that was passed on as it came' };
  const scrubbed = scrub.body(headers, body.body);
  return 'left' in scrubbed ? scrubbed : { body: scrubbed };
}

function namesIn(path: string): string[] {
  return path.split('/').flatMap((part) => (part.startsWith(':') ? [part.slice(1)] : []));
}

function emptyBatch(): RecordedBatch {
  return { lines: [], counts: { dropped: 0, unmatched: 0, replaced: {} } };
}
