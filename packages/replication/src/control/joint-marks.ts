import type pg from 'pg';
import { lockingTables } from './table-locks.ts';

type Mark = {
  source: pg.Pool;
  /** Quoted names of the tables from which writers are kept away. */
  tables: readonly string[];
  limitMs: number;
  write(client: pg.PoolClient): Promise<void>;
};

/**
 * Marks several links of one source in one transaction, which has the tables of all of them: whatever writes tables of several links
 * is before the marks of all, or behind them. Each mark waits for the others, until it is cancelled.
 */
export class JointMarks {
  readonly #count: number;
  readonly #marks: Mark[] = [];
  readonly #written = Promise.withResolvers<void>();

  /** @param count how many links are marked */
  constructor(count: number) {
    this.#count = count;
    this.#written.promise.catch(() => {});
  }

  /**
   * Resolves when all marks are committed.
   *
   * @throws TablesBusy when the tables could not be had in time; whatever one of the marks throws: then none is written
   */
  async write(mark: Mark): Promise<void> {
    this.#marks.push(mark);
    if (this.#marks.length === this.#count)
      this.#writeAll().then(this.#written.resolve, this.#written.reject);
    await this.#written.promise;
  }

  /** One of them does not come: none is written, unless all are there already. */
  cancel(reason: unknown): void {
    if (this.#marks.length < this.#count) this.#written.reject(reason);
  }

  async #writeAll(): Promise<void> {
    const [{ source }] = this.#marks as [Mark];
    const tables = [...new Set(this.#marks.flatMap(({ tables }) => tables))];
    const limitMs = Math.min(...this.#marks.map(({ limitMs }) => limitMs));
    await lockingTables(source, tables, limitMs, async (client) => {
      for (const mark of this.#marks) await mark.write(client);
    });
  }
}
