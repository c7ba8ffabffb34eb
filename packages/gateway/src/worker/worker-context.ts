import type { BucketCache } from '@banyan/cohort';
import type { KeyLookup } from '../choose/key-lookup.ts';
import type { ReadPins } from '../choose/read-pins.ts';
import type { WriteHolds } from '../choose/write-holds.ts';
import type { Shadow } from '../compare/shadow.ts';
import type { Stats } from '../observe/stats.ts';
import type { Tracing } from '../observe/tracing/trace.ts';
import type { Uploads } from '../receive/uploads.ts';
import type { Recorder } from '../record/recorder.ts';
import type { CompiledTable } from './compiled-table.ts';

/** What every exchange of a worker shares. */
export interface WorkerContext {
  /** The table version that applies now. */
  readonly compiled: CompiledTable;
  readonly holds: WriteHolds;
  readonly stats: Stats;
  readonly pins: ReadPins;
  readonly shadow: Shadow;
  readonly lookup: KeyLookup;
  readonly buckets: BucketCache;
  readonly uploads: Uploads;
  /** Null when traces go nowhere. */
  readonly tracing: Tracing | null;
  /** Null while no traffic is recorded. */
  readonly recorder: Recorder | null;
  readonly draining: boolean;
  /** How long an unsafe request goes on, and stays in flight, when its client has gone or was told that it took too long. */
  readonly abandonedWriteMs: number;
  /** Monotonic milliseconds. */
  now(): number;
  /** Have all waves of links passed what is committed now, within `timeoutMs`? False also when nobody can tell. */
  replicated(waves: string[][], timeoutMs: number): Promise<boolean>;
  /** Tells the operator of a fault of ours. */
  report(error: unknown, what: string): void;
  began(): void;
  ended(): void;
}
