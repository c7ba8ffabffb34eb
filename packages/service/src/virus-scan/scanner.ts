import type { Readable } from 'node:stream';

export type Verdict = { infected: false } | { infected: true; signature: string };

/** Looks into files for harm. */
export type Scanner = {
  /** Throws when it cannot say. */
  scan(body: Readable, signal: AbortSignal): Promise<Verdict>;
};
