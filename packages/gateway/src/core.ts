import type { BucketCache } from '@banyan/cohort';
import type { Gate } from './gate.ts';
import type { Live } from './live.ts';
import type { Pins } from './pins.ts';
import type { Shadow } from './shadow/shadow.ts';
import type { Stats } from './stats.ts';
import type { Tracing } from './tracing/trace.ts';
import type { Uploads } from './uploads.ts';

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
