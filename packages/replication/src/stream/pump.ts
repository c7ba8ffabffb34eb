import type { Lsn, WalStream } from '@banyan/postgres';
import type { Applier, Prepared } from '../apply/applier.ts';
import type { TargetSession } from '../apply/target-session.ts';
import type { RememberedShapes } from '../catalog/shape-record.ts';
import { GuardKeys } from '../guard/guard-keys.ts';
import type { LinkRecord, plansByName } from '../link/link-record.ts';
import { BatchQueue, POSITION_MS } from './batch-queue.ts';
import { flushTogether } from './flush-together.ts';
import { checkSource } from './loss.ts';
import type { Progress } from './progress.ts';
import { Restart } from './retry.ts';
import type { StreamerOptions } from './streamer-options.ts';
import { releaseRows } from './transaction.ts';
import { type Item, TransactionAssembler } from './transaction-assembler.ts';

/** From a stream that was opened to a target's session that holds the link's origin. */
export type Pumped = {
  options: StreamerOptions;
  progress: Progress;
  stream: WalStream;
  applier: Applier;
  session: TargetSession;
  plans: ReturnType<typeof plansByName>;
  shapes: RememberedShapes;
  record: LinkRecord;
  /** The transaction that ends here is applied row by row. */
  rowByRow: Lsn | undefined;
  /** They are on the target's disk. */
  onDurable: (items: readonly Item[]) => void;
  signal: AbortSignal;
};

/** Reads on while a batch is applied, and makes the next batch of whatever has come meanwhile. Returns when the signal aborts. */
export async function pump(run: Pumped): Promise<void> {
  const { options, progress, stream, record, signal } = run;
  const { config, source } = options;
  const queue = new BatchQueue(config.batchRows ?? BATCH_ROWS);
  const keys = new GuardKeys(source, config.service);
  const assembler = assemblerFor(run, keys, (item) => queue.push(item));
  const close = () => {
    queue.close();
    void stream.close();
  };
  signal.addEventListener('abort', close, { once: true });
  if (signal.aborted) close();
  const applying = applyAll(run, queue).catch((error: unknown) => {
    close();
    throw error;
  });
  // Whoever fails first says why; the other ends because of it.
  applying.catch(() => {});
  try {
    for await (const messages of stream) {
      for (const message of messages) {
        if (message.kind === 'start') await checkSource(source, record);
        if (message.kind === 'start' && assembler.midway) throw new Restart();
        if (assembler.doubts(message)) await keys.load();
        assembler.take(message);
        if (message.kind === 'keepalive' && assembler.idle) queue.passed(message.lsn);
      }
      if (queue.idle) progress.visible.moveTo(queue.passedTo);
      progress.received = stream.received;
      queue.wake();
      await queue.room();
      if (queue.closed) break;
    }
  } finally {
    signal.removeEventListener('abort', close);
    queue.close();
    await stream.close();
    await applying;
  }
}

function assemblerFor(run: Pumped, keys: GuardKeys, deliver: (item: Item) => void): TransactionAssembler {
  const { options, progress } = run;
  const { config, hooks } = options;
  return new TransactionAssembler({
    names: options.names,
    service: config.service,
    plans: run.plans,
    shapes: run.shapes,
    from: run.record.appliedLsn,
    partRows: (config.batchRows ?? BATCH_ROWS) * 5,
    keys,
    awaitsMarker: options.awaitsMarker,
    messagePrefix: hooks.observer?.messagePrefix,
    onRefused: () => {
      progress.refused++;
    },
    onHeartbeat: () => {
      progress.heartbeatAt = performance.now();
    },
    deliver,
  });
}

async function applyAll(run: Pumped, queue: BatchQueue): Promise<void> {
  const { options, progress, applier, session, stream } = run;
  const { flushMs = FLUSH_MS } = options.config;
  let durableAt = performance.now();
  /** Committed, and not yet known to be on the target's disk. */
  let unsettled: Item[] = [];
  /** Since when, and until when; a steady clock, ms. */
  let unsettledSince = 0;
  let flushAt = 0;
  let ahead: { batch: Item[]; prepared: Prepared } | undefined;
  const settle = (): void => {
    durableAt = performance.now();
    const last = unsettled.at(-1)!.transaction;
    stream.ack(last.endLsn);
    run.onDurable(unsettled);
    progress.count(unsettled);
    progress.conflicts += applier.takeConflicts();
    progress.refused += applier.takeRefused();
    unsettled = [];
    progress.passed(last.endLsn, queue.empty && !ahead ? queue : undefined);
    for (const id of last.markers) options.onMarker(id, last.endLsn);
    const asked = applier.takeRepairs();
    progress.repairs += asked;
    if (asked > 0) options.onRepairs();
  };
  for (;;) {
    const made = ahead;
    ahead = undefined;
    const restMs = unsettled.length === 0 ? undefined : Math.max(0, flushAt - performance.now());
    const batch = made?.batch ?? (await queue.take(restMs));
    if (!batch) return;
    if (batch.length === 0) {
      await flushTogether(session, options.names.link, unsettledSince);
      settle();
      continue;
    }
    for (let held = options.held(); held && !queue.closed; held = options.held())
      await Promise.race([held, queue.closing]);
    if (queue.closed) return;
    const last = batch.at(-1)!;
    progress.waitingSince = Number((unsettled[0] ?? batch[0]!).transaction.commitTime) / 1000;
    if (last.part) {
      await applyPart(run, last);
      if (last.part === 'middle') continue;
      unsettled.push(last);
      progress.readable([last]);
      settle();
      continue;
    }
    const transactions = batch.map((item) => item.transaction);
    const empty = transactions.every((each) => each.events.length === 0 && each.markers.length === 0);
    // Positions alone may wait a little, so that a busy source does not cost the target a commit each time.
    if (empty && (unsettled.length > 0 || performance.now() - durableAt < POSITION_MS)) {
      queue.postpone(batch);
      if (unsettled.length === 0) progress.passed(last.transaction.endLsn, queue.empty ? queue : undefined);
      else progress.visible.moveTo(last.transaction.endLsn);
      continue;
    }
    // Readers do not wait for the disk, and the disk not for each batch; nothing is acknowledged before it has it.
    const marked = last.transaction.markers.length > 0;
    if (unsettled.length === 0) {
      unsettledSince = performance.now();
      flushAt = nextFlush(unsettledSince, flushMs);
    }
    // A position alone comes once a second, and nothing behind it would take it along.
    const durable = marked || empty || performance.now() >= flushAt;
    const prepared = made?.prepared ?? applier.prepare(transactions);
    const applying = applier.apply(prepared, durable);
    // While the target works, the next batch is made ready, if there is a whole one.
    if (!marked && !options.held()) {
      await Promise.race([applying, queue.full]);
      const next = queue.takeFull();
      if (next) ahead = { batch: next, prepared: applier.prepare(next.map((item) => item.transaction)) };
    }
    await applying;
    for (const item of batch) {
      releaseRows(item.transaction);
      unsettled.push(item);
    }
    progress.readable(batch);
    progress.visible.moveTo(last.transaction.endLsn);
    if (queue.empty && !ahead) progress.visible.moveTo(queue.passedTo);
    if (durable) settle();
  }
}

async function applyPart(
  { applier, progress, rowByRow }: Pumped,
  { transaction, part }: Item,
): Promise<void> {
  await applier.applyPart(transaction, part === 'last', rowByRow === transaction.finalLsn);
  progress.rows += transaction.rows;
  releaseRows(transaction);
}

const BATCH_ROWS = 3_000;
const FLUSH_MS = 100;

/** At most so long after `now`, and at the same moments for all links of a process: each flush wakes everybody who reads the server's log. */
function nextFlush(now: number, flushMs: number): number {
  return (Math.floor(now / flushMs) + 1) * flushMs;
}
