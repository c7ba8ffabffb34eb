import { safeHtml, textOf } from './html.ts';
import type { Salary } from './salary.ts';

/** A job as a source publishes it. */
export type Posting = {
  /** The source's own name of it, which stays while the posting is changed. */
  externalId: string;
  /** Where a person reads it. */
  url: string;
  title: string;
  company: string | null;
  location: string | null;
  remote: boolean;
  /** In the source's own words: `Full-time`, `FullTime`, `full_time`. */
  employment: string | null;
  /** HTML that is safe to show. */
  description: string;
  salary: Salary | null;
  postedAt: Date | null;
  expiresAt: Date | null;
};

/** What a connector found in a payload. `unusable`: items without what makes a posting, an id, a title and an address. */
export type Parsed = { postings: Posting[]; unusable: number };

/** What a payload does not say of itself. `url`: where it came from; `company`: whose board it is, as the operator calls it. */
export type Origin = { url: string; company?: string };

/** One kind of source. */
export type Connector = {
  /** Address of all postings of a board; for feeds and pages `board` is the address itself. Throws `ConnectorError`. */
  addressOf(board: string): string;
  /** Pure. Throws nothing but `ConnectorError`: where the payload is not what this source publishes. */
  parse(payload: string, origin: Origin): Parsed;
  /** Whether an answer has all postings there are, so that what is not in it is gone. */
  isComplete: boolean;
  /** Its address is that of a posting itself: where there is no page any more (404, 410) there is no job. Else such an answer is a mistyped board. */
  isPosting?: boolean;
  /** How long to leave between two requests at least, s. */
  everySeconds: number;
};

export class ConnectorError extends Error {
  override name = 'ConnectorError';
}

/** Lengths beyond which a field is cut; an id or an address is none any more. */
const LONGEST = { name: 255, id: 255, url: 2_000 };

type Found = { [K in keyof Omit<Posting, 'salary' | 'remote'>]: unknown } & Pick<
  Posting,
  'salary' | 'remote'
>;

/** The postings among what was found, each id once: the first counts. Descriptions are HTML, everything else is text or HTML. */
export function postingsOf(found: Iterable<Found>): Parsed {
  const postings = new Map<string, Posting>();
  let unusable = 0;
  for (const one of found) {
    const posting = postingOf(one);
    if (!posting) unusable++;
    else if (!postings.has(posting.externalId)) postings.set(posting.externalId, posting);
  }
  return { postings: [...postings.values()], unusable };
}

function postingOf(found: Found): Posting | undefined {
  const externalId = nameOf(found.externalId);
  const url = webAddress(found.url);
  const title = line(found.title);
  if (externalId === null || url === null || title === null) return;
  return {
    externalId,
    url,
    title,
    company: line(found.company),
    location: line(found.location),
    remote: found.remote,
    employment: line(found.employment),
    description: typeof found.description === 'string' ? safeHtml(found.description) : '',
    salary: found.salary,
    postedAt: momentOf(found.postedAt),
    expiresAt: momentOf(found.expiresAt),
  };
}

/** Text without markup in one line; null: none. */
export function line(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const text = textOf(value).slice(0, LONGEST.name).toWellFormed().trim();
  return text === '' ? null : text;
}

/** An absolute address of the web; null: none. */
function webAddress(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > LONGEST.url) return null;
  const url = URL.parse(value.trim());
  const isWeb = url !== null && ['http:', 'https:'].includes(url.protocol) && url.username === '';
  return isWeb && url.href.length <= LONGEST.url ? url.href : null;
}

function nameOf(value: unknown): string | null {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'string') return null;
  const name = value.trim();
  const isName = name !== '' && name.length <= LONGEST.id && name.isWellFormed() && !name.includes('\0');
  return isName ? name : null;
}

const FIRST_YEAR = 1970;
const LAST_YEAR = 9999;

/** A moment by ISO 8601, RFC 822 or milliseconds; null: none, or none that can be. What has no zone is in UTC. */
function momentOf(value: unknown): Date | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const hasZone = typeof value === 'number' || /(z|gmt|utc?|[a-z]{3}|[+-]\d\d:?\d\d)\s*$/i.test(value);
  const isLocal = !hasZone && /t\d\d:\d\d/i.test(value);
  const at = new Date(isLocal ? `${value.trim()}Z` : value);
  const year = at.getUTCFullYear();
  return year >= FIRST_YEAR && year <= LAST_YEAR ? at : null;
}

export type Fields = Record<string, unknown>;

/** The payload as JSON. Throws `ConnectorError`. */
export function jsonOf(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch (cause) {
    throw new ConnectorError(`the answer is no JSON: it begins with ${begin(payload)}`, { cause });
  }
}

/** The items of a list that are objects. Throws `ConnectorError` if it is no list. */
export function listIn(value: unknown, what: string): Fields[] {
  if (!Array.isArray(value)) throw new ConnectorError(`the answer has no list of ${what}`);
  return value.map(fields);
}

/** Its own fields; none if it is no object. */
export function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** One or several of something, as a list. */
export function several(value: unknown): unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}

/** The lines that there are, each once, in one. */
export function joined(values: Iterable<unknown>, by = '; '): string | null {
  const lines = new Set([...values].map(line).filter((each) => each !== null));
  return lines.size === 0 ? null : [...lines].join(by);
}

/** A board's name as a part of a path. Throws `ConnectorError` for what would lead elsewhere. */
export function boardIn(board: string): string {
  if (!/^[\w.~ -]{1,100}$/.test(board) || /^\.+$/.test(board))
    throw new ConnectorError(`'${board.slice(0, 60)}' is no name of a board: take the word from its address`);
  return encodeURIComponent(board);
}

/** An address as it stands. Throws `ConnectorError`. */
export function addressIn(board: string): string {
  const address = webAddress(board);
  if (address === null) throw new ConnectorError(`'${board.slice(0, 60)}' is no http or https address`);
  return address;
}

export function begin(payload: string): string {
  return JSON.stringify(payload.slice(0, 40));
}
