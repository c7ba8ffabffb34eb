import { type Entry, readJournal } from '../load/journal.ts';

/** How a write ended; `try`: not known. Times in ms since 1970; without an end it may still take effect at any time. */
export type Write = { at: Entry['at']; value?: string | number; sentAt: number; endedAt: number };

/** key → its writes in order; by number if they have one, so that a later end replaces `try`. */
export type Writes = Map<string, Map<number, Write>>;

/** What the journal knows, by load and promise (`users.profile`). */
export async function readWrites(journal: string): Promise<Map<string, Writes>> {
  const all = new Map<string, Writes>();
  for await (const { at, ms, load, promise, key, n = 0, value } of readJournal(journal)) {
    const name = `${load}.${promise}`;
    const writes: Writes = all.get(name) ?? new Map();
    all.set(name, writes);
    const ofKey = writes.get(String(key)) ?? new Map<number, Write>();
    const sentAt = ofKey.get(n)?.sentAt ?? ms;
    const endedAt = at === 'ack' || at === 'refused' ? ms : Number.POSITIVE_INFINITY;
    writes.set(String(key), ofKey.set(n, { at, value, sentAt, endedAt }));
  }
  return all;
}
