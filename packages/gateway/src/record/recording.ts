/**
 * The form of a recording: a line of JSON each (NDJSON), so that it can be written as it comes and read as far as it goes. The first
 * line is the head, the last one the tail, which a recording that was broken off lacks.
 */
export const RECORDING_VERSION = 1;

export type RecordingHead = {
  banyan: 'traffic';
  version: typeof RECORDING_VERSION;
  startedAt: string;
  /** Of users, 0..1. */
  share: number;
  /** Names of parameters and fields whose values are as they were; all others are stand-ins. */
  keep: string[];
};

export type RecordedRequest = {
  /** When it came, ms since the begin. */
  at: number;
  /** Stands for the subject of its token; null: it had none that is good. */
  user: string | null;
  /** Stands for who sent it, where `user` is null. */
  client: string;
  /** Name, in the plan, of the token's issuer. */
  issuer: string | null;
  method: string;
  /** As the plan has it, e.g. `/api/articles/:slug`: nothing else of a path is written. */
  path: string;
  params: Record<string, string>;
  query: [name: string, value: string][];
  headers: Record<string, string>;
  body?: RecordedBody;
  /** What of the request was not written down, so that it cannot be made again. */
  left?: string;
  status: number;
  /** What names rows in the answer: where (a JSON pointer, or `location`), and its stand-in. */
  ids: [pointer: string, id: string | number][];
};

export type RecordedBody = { json: unknown } | { form: [name: string, value: string][] };

export type RecordingTail = { ended: string } & RecordingCounts;

export type RecordingCounts = {
  recorded: number;
  /** Left out because there was no room for them at that moment. */
  dropped: number;
  /** Of paths that nobody has named, so that their parts cannot be told from secrets. */
  unmatched: number;
  /** How often a value of this name was replaced. */
  replaced: Record<string, number>;
};

/** Of the admin port, by POST with the token of `banyan up`: the answer is the recording, as it comes. */
export const RECORDING_PATH = '/recording';

/** What is asked for: whose requests, for how long, how much of them at most. */
export type RecordingWish = {
  share: number;
  keep: string[];
  also: { method: string; path: string }[];
  seconds: number;
  bytes: number;
};

/** Fills the parameters of a path in. */
export function pathOf(path: string, params: Readonly<Record<string, string>>): string {
  return path
    .split('/')
    .map((part) => {
      if (part === '*') return (params['*'] ?? '').split('/').map(encodeURIComponent).join('/');
      return part.startsWith(':') ? encodeURIComponent(params[part.slice(1)] ?? '') : part;
    })
    .join('/');
}
