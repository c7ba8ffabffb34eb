import type { TableMapping, TableVerdict } from '@banyan/replication';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { TableVerification, VerificationRun } from '../control/control.ts';
import * as store from '../control/store.ts';
import type { ResolvedService } from '../plan/resolved.ts';

type Hooks = { signal: AbortSignal; onRows: (rows: number) => void };

export type VerifierOptions = {
  service: ResolvedService;
  pool: pg.Pool;
  log: Logger;
  /** A pass older than this is stale; the next one starts at a third of it. */
  maxAgeSeconds: number;
  verifyTable: (mapping: TableMapping, hooks: Hooks) => Promise<TableVerdict>;
  /** Rows can only be compared while all links of the service stream. */
  ready: () => boolean;
  /** Sends the owner's rows again; resolves with how many. */
  repairRows: (mapping: TableMapping, verdict: TableVerdict) => Promise<number>;
};

/** Between two looks for a requested run or a stale pass, ms. */
const LOOK_MS = 250;

/** Verifies all tables of one service again and again, and whenever somebody asks. */
export class Verifier {
  private readonly options: VerifierOptions;
  /** It compares rows just now. */
  busy = false;
  private stopper: AbortController | null = null;
  private running: Promise<void> = Promise.resolve();

  constructor(options: VerifierOptions) {
    this.options = options;
  }

  start(): void {
    if (this.stopper) return;
    this.stopper = new AbortController();
    this.running = this.loop(this.stopper.signal);
  }

  async stop(): Promise<void> {
    this.stopper?.abort();
    this.stopper = null;
    await this.running;
  }

  private async loop(signal: AbortSignal): Promise<void> {
    const { pool, service, log, maxAgeSeconds } = this.options;
    let lastPass = Number.NEGATIVE_INFINITY;
    while (!signal.aborted) {
      if (!this.options.ready()) {
        await pause();
        continue;
      }
      try {
        const asked = await store.takeVerification(pool, service.name);
        if (asked) await this.fulfil(asked, signal);
        else if (performance.now() - lastPass > (maxAgeSeconds * 1000) / 3) {
          await this.pass(signal, () => {});
          lastPass = performance.now();
        }
      } catch (error) {
        if (!signal.aborted) log.warn({ err: error, service: service.name }, 'verification was interrupted');
      }
      await pause();
    }
  }

  private async pass(
    signal: AbortSignal,
    onRows: (rows: number) => void,
  ): Promise<Array<{ mapping: TableMapping; verdict: TableVerdict }>> {
    const { pool, service, verifyTable } = this.options;
    const results = [];
    this.busy = true;
    try {
      for (const mapping of service.tables) {
        const verdict = await verifyTable(mapping, { signal, onRows });
        if (signal.aborted) break;
        await store.writeVerdict(pool, service.name, describe(mapping, verdict));
        results.push({ mapping, verdict });
      }
    } finally {
      this.busy = false;
    }
    await store.announce(pool);
    return results;
  }

  private async fulfil(run: VerificationRun & { repair: boolean }, signal: AbortSignal): Promise<void> {
    const { pool, repairRows } = this.options;
    const write = () => store.writeVerification(pool, run);
    try {
      let results = await this.pass(signal, (rows) => {
        run.rowsDone = rows;
        void write().catch(() => {});
      });
      if (run.repair) {
        for (const { mapping, verdict } of results) {
          if (differing(verdict) > 0) run.repaired += await repairRows(mapping, verdict);
        }
        if (run.repaired > 0) results = await this.pass(signal, () => {});
      }
      if (signal.aborted) return; // taken up again by the next life
      run.tables = results.map(({ mapping, verdict }) => describe(mapping, verdict));
      run.rowsDone = run.tables.reduce((sum, table) => sum + table.rows, 0);
      run.rowsTotal = run.rowsDone;
      run.state = 'done';
    } catch (error) {
      if (signal.aborted) return;
      run.state = 'failed';
      run.error = error instanceof Error ? error.message : String(error);
    }
    await write();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}

function differing(verdict: TableVerdict): number {
  return verdict.missingInNew + verdict.missingInLegacy + verdict.inconsistent;
}

function describe(mapping: TableMapping, verdict: TableVerdict): TableVerification {
  const counts = {
    missingInNew: verdict.missingInNew,
    missingInLegacy: verdict.missingInLegacy,
    inconsistent: verdict.inconsistent,
  };
  return {
    table: `${mapping.legacy.schema}.${mapping.legacy.table}`,
    verdict: store.verdictOf(counts),
    rows: verdict.rows,
    ...counts,
    verifiedAt: new Date().toISOString(),
    sample: verdict.sample.slice(0, 20),
  };
}
