import type { Lsn } from '@banyan/postgres';
import type pg from 'pg';
import type { LinkConfig, LinkHooks, LinkNames } from '../link/link-config.ts';
import type { Shares } from '../link/shares.ts';
import type { Feed } from '../reader/feed.ts';

export type StreamerOptions = {
  config: LinkConfig;
  names: LinkNames;
  shares: Shares;
  /** Brings `shares` up to what the target remembers. Called when the position is ours and nothing is being applied. */
  learnShares: () => Promise<void>;
  source: pg.Pool;
  target: pg.Pool;
  hooks: LinkHooks;
  /** What it reads. */
  feed: Feed;
  /** Whether somebody waits for a marker: others have no effect. */
  awaitsMarker: (id: string) => boolean;
  /** A marker's transaction is durable on the target. Called in commit order. */
  onMarker: (id: string, lsn: Lsn) => void;
  /** Nothing is applied before it resolves; undefined: nothing holds. */
  held: () => Promise<void> | undefined;
  /** Rows wait in `banyan.repairs`. */
  onRepairs: () => void;
};
