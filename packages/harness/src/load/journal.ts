import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * What was asked for and what was promised, one JSON object a line: `try` before a write is sent, then one of `ack` (the
 * system said yes), `refused` (it said no: must have no effect) or `unknown` (no answer, or an error: may have one).
 */
export type Entry = {
  at: 'try' | 'ack' | 'refused' | 'unknown';
  /** When, ms since 1970. */
  ms: number;
  /** Whose load it is, and the name of one of its promises. */
  load: string;
  promise: string;
  key: string | number;
  n?: number;
  value?: string | number;
};

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
