import type pg from 'pg';
import type { Logger } from 'pino';
import { listenForChanges } from '../control/store/wake.ts';
import type { Settings, StoredFlag } from './settings.ts';
import { SETTINGS_CHANNEL } from './store.ts';

/** Looked at so often in case an announcement was lost with its connection, ms. */
const TICK_MS = 1_000;

export type FlagSnapshot = { revision: number; flags: StoredFlag[] };

/** Tells listeners of all flags: at once, and whenever one has changed. */
export type FlagFeed = {
  subscribe(listener: (snapshot: FlagSnapshot) => void): () => void;
  close(): Promise<void>;
};

/** Reads the flags once per change, however many listen. */
export async function openFlagFeed(options: {
  pool: pg.Pool;
  settings: Pick<Settings, 'flags'>;
  /** Of the control database: announcements need a connection of their own. */
  url: string;
  log?: Pick<Logger, 'warn'>;
}): Promise<FlagFeed> {
  const { pool, settings, url, log } = options;
  const wake = await listenForChanges(url, 'banyan-settings-listen', SETTINGS_CHANNEL);
  const listeners = new Set<(snapshot: FlagSnapshot) => void>();
  let latest = await settings.flags();
  let closed = false;
  const following = follow();
  return {
    subscribe(listener) {
      listeners.add(listener);
      listener(latest);
      return () => listeners.delete(listener);
    },
    async close() {
      closed = true;
      await wake.close();
      await following;
    },
  };

  async function follow(): Promise<void> {
    while (!closed) {
      await wake.next(TICK_MS);
      if (closed) return;
      try {
        const { rows } = await pool.query<{ revision: string }>(
          `SELECT revision FROM control.settings_revision`,
        );
        if (Number(rows[0]?.revision) === latest.revision) continue;
        latest = await settings.flags();
        for (const listener of listeners) listener(latest);
      } catch (error) {
        if (!closed) log?.warn({ err: error }, 'flags could not be read, trying again');
      }
    }
  }
}
