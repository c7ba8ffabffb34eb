import { type Db, errorCode } from '@banyan/postgres';
import { appendAlone, appendTogether, type LoneAppend } from './append.ts';

type Appended = { version: number; positions: number[] };
type Waiting = { append: LoneAppend; resolve(appended: Appended): void; reject(error: unknown): void };

/**
 * Appends of one event to streams of their own that come at the same time, from whoever in this process, in few statements:
 * a few go out at once, each alone; what comes while they are under way goes together next, in one statement and with one
 * wait for the disk. Nobody waits for others to come. Each succeeds or fails by itself.
 */
export class Appender {
  readonly #pool: Db;
  readonly #waiting = new Set<Waiting>();
  readonly #streams = new Set<string>();
  #underWay = 0;

  constructor(pool: Db) {
    this.#pool = pool;
  }

  append(append: LoneAppend): Promise<Appended> {
    return new Promise((resolve, reject) => {
      this.#waiting.add({ append, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    while (this.#underWay < AT_ONCE) {
      const batch = this.#gather();
      if (batch.length === 0) return;
      this.#underWay++;
      void this.#run(batch).finally(() => {
        this.#underWay--;
        for (const { append } of batch) this.#streams.delete(append.stream);
        this.#next();
      });
    }
  }

  /** Those that have waited longest, but of a stream one at a time: the second has to see what became of the first. */
  #gather(): Waiting[] {
    const batch: Waiting[] = [];
    for (const waiting of this.#waiting) {
      const { stream } = waiting.append;
      if (this.#streams.has(stream)) continue;
      this.#streams.add(stream);
      this.#waiting.delete(waiting);
      if (batch.push(waiting) === TOGETHER) break;
    }
    return batch;
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    let positions = new Map<string, number>();
    try {
      if (batch.length > 1)
        positions = await appendTogether(
          this.#pool,
          batch.map(({ append }) => append),
        );
    } catch (error) {
      if (!isOfOne(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
    }
    await Promise.all(
      batch.map(async ({ append, resolve, reject }) => {
        const position = positions.get(append.stream);
        if (position !== undefined) resolve({ version: append.expected + 1, positions: [position] });
        else await appendAlone(this.#pool, append).then(resolve, reject);
      }),
    );
  }
}

/** The server refused what one of them brought, or its version was taken: nothing was written, and each may try by itself. */
function isOfOne(error: unknown): boolean {
  return /^(22|23|40)...$/.test(errorCode(error) ?? '');
}

/** Statements under way. */
const AT_ONCE = 4;
/** Events in one statement at most. */
const TOGETHER = 64;
