import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * What was asked for and what was promised, one JSON object a line: `try` before a write is sent, then one of `ack` (the
 * system said yes), `refused` (it said no: must have no effect) or `unknown` (no answer, or an error: may have one).
 */
export type Entry =
  | { at: 'try' | 'ack' | 'refused' | 'unknown'; kind: 'profile' | 'password'; user: number; n: number }
  | { at: 'try' | 'refused' | 'unknown'; kind: 'register'; email: string }
  | { at: 'ack'; kind: 'register'; email: string; user: number; token: string }
  /** A login or refresh that gave out a refresh token (as its SHA-256); `from` is the one it replaces, if it does. */
  | { at: 'ack'; kind: 'session'; user: number; token: string; from?: string }
  /** A logout; `unknown` also for a refresh whose answer was lost: the token may have been exchanged. */
  | { at: 'ack' | 'unknown'; kind: 'logout'; token: string };

export type Journal = { write(entry: Entry): void; close(): void };

/** A new journal; an old one of that name is overwritten. Each line is in the file when `write` returns. */
export function openJournal(file: string): Journal {
  const descriptor = openSync(file, 'w');
  let open = true;
  return {
    write: (entry) => {
      if (open) writeSync(descriptor, `${JSON.stringify(entry)}\n`);
    },
    close: () => {
      if (open) closeSync(descriptor);
      open = false;
    },
  };
}

/** A last line that was cut off by a kill is left out: what it would have said was never promised. */
export async function* readJournal(file: string): AsyncGenerator<Entry> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) {
    let entry: Entry;
    try {
      entry = JSON.parse(line);
    } catch {
      continue;
    }
    yield entry;
  }
}

/** The value by which the n-th profile change of a user is found again. */
export function marker(user: number, n: number): string {
  return `h-${user}-${n}`;
}

/** The number in a marker of this user; 0 for a headline from before. */
export function markerNumber(user: number, headline: string | null | undefined): number {
  const match = /^h-(\d+)-(\d+)$/.exec(headline ?? '');
  return match && Number(match[1]) === user ? Number(match[2]) : 0;
}

export function passwordOf(user: number, n: number): string {
  return `password-${user}-${n}`;
}
