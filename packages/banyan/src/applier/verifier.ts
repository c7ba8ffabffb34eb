import type { ResolvedService } from '@banyan/plan';
import type { TableMapping, TableVerdict } from '@banyan/replication';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { TableVerification, VerificationRun } from '../control/control.ts';
import * as store from '../control/store/store.ts';
import * as verifications from '../control/store/verifications.ts';

export type VerifyHooks = {
  signal: AbortSignal;
  onRows: (rows: number) => void;
  /** Told divergent rows as they are found. */
  onDiffering?: (keys: Record<string, string | null>[]) => Promise<void>;
};

export type VerifierOptions = {
  service: ResolvedService;
  pool: pg.Pool;
  log: Logger;
  /** A pass older than this is stale; the next one starts at a third of it. */
  maxAgeSeconds: number;
  verifyTable: (mapping: TableMapping, hooks: VerifyHooks) => Promise<TableVerdict>;
  /** Rows can only be compared while all links of the service stream. */
  ready: () => boolean;
  /** Sends the owner's rows again; resolves with how many. */
  repairRows: (mapping: TableMapping, keys: Record<string, string | null>[]) => Promise<number>;
  /** Resolves with what is to be called once all rows were found equal: its links miss nothing then that they miss now. */
  missed: () => Promise<() => Promise<void>>;
};

type TableResult = { mapping: TableMapping; verdict: TableVerdict };

/** One comparison of all tables; with `repaired` divergent rows are sent again as they are found, and it is told how many. */
type Pass = { signal: AbortSignal; onRows: (rows: number) => void; repaired?: (rows: number) => void };

/** Between two looks for a requested run or a stale pass, ms: each service looks, all the time. */
const LOOK_MS = 1_000;

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
        const asked = await verifications.takeVerification(pool, service.name);
        if (asked) await this.fulfil(asked, signal);
        else if (performance.now() - lastPass > (maxAgeSeconds * 1000) / 3) {
          await this.pass({ signal, onRows: () => {} });
          lastPass = performance.now();
        }
      } catch (error) {
        if (!signal.aborted) log.warn({ err: error, service: service.name }, 'verification was interrupted');
      }
      await pause();
    }
  }

  private async pass({ signal, onRows, repaired }: Pass): Promise<TableResult[]> {
    const { pool, service, verifyTable, repairRows } = this.options;
    const results: TableResult[] = [];
    const acceptLoss = await this.options.missed();
    this.busy = true;
    try {
      for (const mapping of service.tables) {
        const onDiffering: VerifyHooks['onDiffering'] =
          repaired && (async (keys) => repaired(await repairRows(mapping, keys)));
        const verdict = await verifyTable(mapping, { signal, onRows, ...(onDiffering && { onDiffering }) });
        if (signal.aborted) break;
        await verifications.writeVerdict(pool, service.name, describe(mapping, verdict));
        results.push({ mapping, verdict });
      }
    } finally {
      this.busy = false;
    }
    if (!signal.aborted && differing(results) === 0) await acceptLoss();
    await store.announce(pool);
    return results;
  }

  private async fulfil(run: VerificationRun & { repair: boolean }, signal: AbortSignal): Promise<void> {
    const { pool } = this.options;
    const write = () => verifications.writeVerification(pool, run);
    const repaired = (rows: number) => {
      run.repaired += rows;
    };
    try {
      let results = await this.pass({
        signal,
        onRows: (rows) => {
          run.rowsDone = rows;
          void write().catch(() => {});
        },
        ...(run.repair && { repaired }),
      });
      // What is found was sent again. A row may have waited for another that held its unique value: as long as they get fewer.
      for (let before = Number.POSITIVE_INFINITY, left = differing(results); run.repair; ) {
        if (left === 0 || left >= before || signal.aborted) break;
        results = await this.pass({ signal, onRows: () => {}, repaired });
        [before, left] = [left, differing(results)];
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

function differing(results: readonly TableResult[]): number {
  return results.reduce(
    (sum, { verdict }) => sum + verdict.missingInNew + verdict.missingInLegacy + verdict.inconsistent,
    0,
  );
}

function describe(mapping: TableMapping, verdict: TableVerdict): TableVerification {
  const counts = {
    missingInNew: verdict.missingInNew,
    missingInLegacy: verdict.missingInLegacy,
    inconsistent: verdict.inconsistent,
  };
  return {
    table: `${mapping.legacy.schema}.${mapping.legacy.table}`,
    verdict: verifications.verdictOf(counts),
    rows: verdict.rows,
    ...counts,
    verifiedAt: new Date().toISOString(),
    sample: verdict.sample.slice(0, 20),
  };
}
