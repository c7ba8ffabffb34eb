import type { Flag, Setting } from '@banyan/service/settings';

export type StoredFlag = Flag & {
  /** Grows with each change; a change that names an older one is refused. */
  version: number;
  updatedAt: string;
};

/** Flags and configuration of services as the HTTP API exposes them; the store implements it, the CLI calls it. */
export interface Settings {
  /** All flags, by key. */
  flags(): Promise<{ revision: number; flags: StoredFlag[] }>;
  flag(key: string): Promise<StoredFlag>;
  /** Creates or replaces a flag. `version`: only if this is still its version (0: only if it is not there yet). */
  setFlag(flag: Flag, version: number | null): Promise<StoredFlag>;
  deleteFlag(key: string): Promise<void>;
  /** Variables of one service or of all. */
  config(service: string | null): Promise<Setting[]>;
  setConfig(service: string, key: string, value: string): Promise<Setting>;
  unsetConfig(service: string, key: string): Promise<void>;
}
