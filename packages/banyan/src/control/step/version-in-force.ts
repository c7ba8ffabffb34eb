import type { ResolvedPlan } from '@banyan/plan';
import { noteVersion } from '@banyan/replication';
import type pg from 'pg';
import { outdated } from '../../up/claim-databases.ts';
import { monolithPool } from '../facts/monolith-pool.ts';

/**
 * Which route table is in force, noted outside the control database: when that is restored from an older backup, whoever
 * starts is told, and a controller that runs ends.
 */
export class VersionInForce {
  readonly #monolith: pg.Pool;
  readonly #failed: (error: unknown) => void;
  #newest = 0;
  #noted = 0;
  #noting = false;

  /** `failed` is called when the monolith's database does not take the note; it is tried again. */
  constructor(plan: ResolvedPlan, failed: (error: unknown) => void) {
    this.#failed = failed;
    this.#monolith = monolithPool(plan, 'banyan-version');
  }

  /**
   * Notes it beside the caller, who may be deciding.
   *
   * @throws StartError when the control database knows an older one than it did
   */
  note(version: number): void {
    if (version < this.#newest) throw outdated({ version, noted: this.#newest });
    this.#newest = version;
    if (version === this.#noted || this.#noting) return;
    this.#noting = true;
    noteVersion(this.#monolith, version)
      .then(() => {
        this.#noted = version;
      }, this.#failed)
      .finally(() => {
        this.#noting = false;
      });
  }

  close(): Promise<void> {
    return this.#monolith.end();
  }
}
