import type { RouteTable } from '@banyan/gateway';

export type ToWorker = { kind: 'publish'; table: RouteTable } | { kind: 'figures?'; id: number };

/** Memory after a collection, and the longest turn of the event loop since the last question. */
export type Figures = { heap: number; external: number; rss: number; longestTurnMs: number };

export type FromWorker =
  | { kind: 'ready'; port: number }
  | { kind: 'error'; text: string }
  | ({ kind: 'figures'; id: number } & Figures);
