import type { Entry } from '../load/journal.ts';

/** What an acknowledged request of a recording says of rows. */
export type RowNote = Pick<Entry, 'at' | 'load' | 'promise' | 'key' | 'n'>;

/** A table whose rows are known by what answers call them. */
export type RowsOf = { load: string; promise: string };

type Row = RowsOf & {
  key: string;
  names: ReadonlySet<string>;
  state: 'there' | 'going' | 'gone' | 'doubtful';
};

/** A row that was made is number 1 of its key, that it is gone number 2: what is there is one or the other. */
export const THERE = 1;
export const GONE = 2;

/**
 * The rows that requests of a recording have made, and what is known of them since. Others may have gone with a row that was deleted,
 * which nothing in a recording tells: of these nothing is claimed any more.
 */
export class MadeRows {
  readonly #note: (note: RowNote) => void;
  readonly #rows = new Map<string, Row>();
  /** Deletions that may take other rows along, which are under way, and the end of the last one. */
  #deleting = 0;
  #deletedAt = Number.NEGATIVE_INFINITY;

  constructor(note: (note: RowNote) => void) {
    this.#note = note;
  }

  /** How many of the rows are claimed to be there or gone, and how many are in doubt. */
  counts(): { known: number; doubtful: number } {
    const doubtful = [...this.#rows.values()].filter(({ state }) => state === 'doubtful').length;
    return { known: this.#rows.size - doubtful, doubtful };
  }

  /** An answer has said that the row is there. `names`: values by which its request named others; `sentAt`: of the request. */
  made(of: RowsOf, key: string, names: readonly string[], sentAt: number): void {
    const row: Row = { ...of, key, names: new Set(names), state: 'there' };
    this.#rows.set(idOf(of, key), row);
    this.#tell(row, 'ack', THERE);
    // It may have been there when something was deleted that took it along.
    if (this.#deleting > 0 || sentAt < this.#deletedAt) this.#doubt(row);
  }

  /**
   * A deletion is sent that names these; `of`: the table of what it deletes, where that is known. What is given back is told how it
   * ended, with the time.
   */
  deleting(
    of: RowsOf | null,
    names: readonly string[],
  ): (ended: 'ack' | 'refused' | 'unknown', at: number) => void {
    const row = of && names.map((name) => this.#rows.get(idOf(of, name))).find((one) => one !== undefined);
    const take = () => this.#doubtTaken(names, row ?? null);
    const isFirst = row?.state === 'there';
    if (row && isFirst) {
      row.state = 'going';
      this.#tell(row, 'try', GONE);
    }
    this.#deleting++;
    take();
    return (ended, at) => {
      this.#deleting--;
      this.#deletedAt = Math.max(this.#deletedAt, at);
      take();
      if (!row || !isFirst || row.state !== 'going') return;
      row.state = ended === 'ack' ? 'gone' : ended === 'refused' ? 'there' : 'doubtful';
      this.#tell(row, ended, GONE);
    };
  }

  /** All that were made in the name of what goes, and in theirs; all there are where nothing is named. */
  #doubtTaken(names: readonly string[], except: Row | null): void {
    const going = new Set(names);
    let size = -1;
    while (size !== going.size) {
      size = going.size;
      for (const row of this.#rows.values()) {
        const isNamed = going.has(row.key) || [...row.names].some((name) => going.has(name));
        const isTaken = names.length === 0 || isNamed;
        if (!isTaken || row === except) continue;
        going.add(row.key);
        this.#doubt(row);
      }
    }
  }

  #doubt(row: Row): void {
    if (row.state === 'doubtful' || row.state === 'gone') return;
    row.state = 'doubtful';
    this.#tell(row, 'unknown', GONE);
  }

  #tell({ load, promise, key }: Row, at: RowNote['at'], n: number): void {
    this.#note({ at, load, promise, key, n });
  }
}

function idOf({ load, promise }: RowsOf, key: string): string {
  return `${load} ${promise} ${key}`;
}
