import type { RecordedRequest } from '@banyan/gateway/recording';
import type { Call, Outcome } from '../load/client.ts';
import type { Course, Send } from '../load/course.ts';
import type { Journal } from '../load/journal.ts';
import type { Cast } from './cast.ts';
import { MadeRows, type RowsOf } from './made-rows.ts';
import type { Recording } from './read-recording.ts';
import type { ReplayCounts } from './replay-counts.ts';
import { RecordedIds, type Replayed, Round } from './round.ts';
import type { WritingRoute } from './traffic-rows.ts';

/** Between the last request of a round and the first of the next one, ms. */
const ROUND_GAP_MS = 1_000;
/** Nobody has waited who went on within this time. */
const AT_ONCE_MS = 1;
const OK = 2;
const SERVER_ERROR = 5;
const SAFE = new Set(['GET', 'HEAD']);

/**
 * Makes the requests of a recording, over and over: of each user in their order, with the times between them, as fast as the rate asks.
 */
export function replay(
  { head, requests }: Recording,
  options: {
    cast: Cast;
    writes: readonly WritingRoute[];
    /** Is everything still on the monolith? */
    isBefore: () => boolean;
    journal: Journal;
  },
): Course & { counts(): ReplayCounts } {
  const { cast, isBefore, journal } = options;
  const ids = new RecordedIds(requests, head.keep);
  const writes = new Map(options.writes.map((one) => [one.route, one]));
  const rows = new MadeRows((note) => journal.write({ ...note, ms: Date.now() }));
  const counts: Omit<ReplayCounts, 'rows'> = { rounds: 0, replayed: 0, left: {}, different: {}, untold: {} };
  const asked = new Set<string>();
  /** By user, the end of the last request. */
  const queues = new Map<string, Promise<void>>();
  let round = new Round(ids, cast.idOf);
  let next = 0;

  const meant = (kind: string, status: number, recorded: number): boolean => {
    const [was, is] = [classOf(recorded), classOf(status)];
    if (was === is) return true;
    const name = `${kind}: ${was}xx → ${is}xx`;
    const different = counts.different[name] ?? { onMonolith: 0, later: 0 };
    counts.different[name] = different;
    different[isBefore() ? 'onMonolith' : 'later']++;
    if (is >= SERVER_ERROR) return false;
    // What the monolith answers so too is the replay's doing: on the copy other rows lie.
    return isBefore() || different.onMonolith > 0 || !asked.has(kind);
  };

  const make = async (
    request: RecordedRequest,
    replayed: Replayed,
    send: (call: Call) => Promise<Outcome>,
  ): Promise<Outcome> => {
    const kind = `${request.method} ${request.path}`;
    if (isBefore()) asked.add(kind);
    const written = writes.get(kind);
    const sentAt = performance.now();
    const user = request.user === null ? undefined : cast.idOf(request.user);
    const ended = request.method === 'DELETE' ? rows.deleting(written?.rows ?? null, replayed.names) : null;
    const { path, body } = replayed;
    const outcome = await send({
      kind,
      method: request.method as Call['method'],
      path,
      headers: { ...replayed.headers, ...(request.user && cast.headersOf(request.user, request.issuer)) },
      body: typeof body === 'string' || body === undefined ? body : JSON.stringify(body),
      expect: (status) => meant(kind, status, request.status),
    });
    counts.replayed++;
    const isAcknowledged = outcome.is === 'ok' && classOf(outcome.status) === OK;
    ended?.(isAcknowledged ? 'ack' : outcome.is === 'unknown' ? 'unknown' : 'refused', performance.now());
    if (!isAcknowledged || SAFE.has(request.method)) return outcome;
    const key = request.method === 'POST' && written ? keyIn(outcome.body, written.keys) : null;
    if (key !== null) {
      const names = user === undefined ? replayed.names : [...replayed.names, String(user)];
      rows.made(written!.rows as RowsOf, key, names, sentAt);
    } else if (request.method !== 'DELETE' || written === undefined) add(counts.untold, kind);
    return outcome;
  };

  const run = async (index: number, of: Round, send: Send, hasWaited: boolean): Promise<void> => {
    const request = requests[index]!;
    let answer: Parameters<Round['done']>[2] = null;
    try {
      const begun = performance.now();
      const replayed = await of.prepare(request, index);
      if ('left' in replayed) {
        add(counts.left, replayed.left);
        return;
      }
      // Who waits for an answer before asking on is not kept waiting by that.
      const ready = performance.now();
      const since = hasWaited || ready - begun > AT_ONCE_MS ? ready : undefined;
      const outcome = await make(request, replayed, (call) => send(call, since));
      if (outcome.is === 'ok' && classOf(outcome.status) === classOf(request.status))
        answer = { body: outcome.body, location: outcome.location };
    } finally {
      of.done(request, index, answer);
    }
  };

  return {
    arrive: async (send) => {
      const [index, of] = [next, round];
      if (index === 0) counts.rounds++;
      next = (index + 1) % requests.length;
      if (next === 0) round = new Round(ids, cast.idOf);
      const who = requests[index]!.user ?? requests[index]!.client;
      const before = queues.get(who);
      const mine = (before ?? Promise.resolve()).then(() => run(index, of, send, before !== undefined));
      const ended = mine
        .catch(() => {})
        .then(() => {
          if (queues.get(who) === ended) queues.delete(who);
        });
      queues.set(who, ended);
      await mine;
    },
    /** The time between two requests of the recording, shrunk or stretched as the rate is above or below its own. */
    gapMs: (rate) => {
      const gap = next === 0 ? ROUND_GAP_MS : requests[next]!.at - requests[next - 1]!.at;
      return (gap * rateOf(requests)) / rate;
    },
    counts: () => ({ ...structuredClone(counts), rows: rows.counts() }),
  };
}

/** Requests a second, as they were recorded. */
export function rateOf(requests: readonly RecordedRequest[]): number {
  const spanMs = requests.at(-1)!.at - requests[0]!.at + ROUND_GAP_MS;
  return (requests.length * 1_000) / spanMs;
}

function classOf(status: number): number {
  return Math.floor(status / 100);
}

function add(counts: Record<string, number>, what: string): void {
  counts[what] = (counts[what] ?? 0) + 1;
}

/** The key of the new row in the answer, or in the one object that it holds. */
function keyIn(body: unknown, names: readonly string[]): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const inner = Object.values(body).filter((value) => typeof value === 'object' && value !== null);
  for (const holder of [body, ...(inner.length === 1 ? inner : [])])
    for (const name of names) {
      const value = (holder as Record<string, unknown>)[name];
      if (typeof value === 'number' || typeof value === 'string') return String(value);
    }
  return null;
}
