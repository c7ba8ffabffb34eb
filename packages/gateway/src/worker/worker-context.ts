import type { BucketCache } from '@banyan/cohort';
import type { Pins } from '../choose/read-pins.ts';
import type { Gate } from '../choose/write-holds.ts';
import type { Shadow } from '../compare/shadow.ts';
import type { Stats } from '../observe/stats.ts';
import type { Tracing } from '../observe/tracing/trace.ts';
import type { Uploads } from '../receive/uploads.ts';
import type { Live } from './compiled-table.ts';

/** What every exchange of a worker shares. */
export interface Core {
  /** The table version that applies now. */
  readonly live: Live;
  readonly gate: Gate;
  readonly stats: Stats;
  readonly pins: Pins;
  readonly shadow: Shadow;
  readonly buckets: BucketCache;
  readonly uploads: Uploads;
  /** Null when traces go nowhere. */
  readonly tracing: Tracing | null;
  readonly draining: boolean;
  /** How long an unsafe request goes on, and stays in flight, when its client has gone or was told that it took too long. */
  readonly lingerMs: number;
  /** Monotonic milliseconds. */
  now(): number;
  /** Have all waves of links passed what is committed now, within `timeoutMs`? False also when nobody can tell. */
  settled(waves: string[][], timeoutMs: number): Promise<boolean>;
  /** Tells the operator of a fault of ours. */
  report(error: unknown, what: string): void;
  began(): void;
  ended(): void;
}
