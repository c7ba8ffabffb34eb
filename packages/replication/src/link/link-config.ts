import type { RowObserver } from '../apply/row-images.ts';
import type { Direction, TableMapping } from '../mapping/mapping.ts';
import type { Readers } from '../reader/readers.ts';

export type LinkConfig = {
  /** Letters, digits, `_` and `-`. Names the slot, the publication and the origin. */
  service: string;
  direction: Direction;
  /** Connection URL of the database that is read: the monolith's for `forward`. */
  source: string;
  /** Connection URL of the database that is written. */
  target: string;
  tables: TableMapping[];
  /** Of the bucket function. Default: the service's name. */
  salt?: string;
  /** Basis points of keys whose rows the service owns. Default 0. */
  share?: number;
  /** Rows that one transaction of the target applies at most. Default 3,000. */
  batchRows?: number;
  /**
   * How long what was applied may wait for the target's disk, ms. Default 100. Readers of the target see it at once; the source keeps it until then.
   */
  flushMs?: number;
  /** How often a quiet source is given a heartbeat so that its slot moves on, ms. Default 2,000. */
  heartbeatMs?: number;
  /** WAL that the slot may hold back before `onAlarm` is called, bytes. Default 1 GiB. */
  retainedLimitBytes?: number;
};

export type Alarm = { code: 'wal_retained' | 'slot_unreserved' | 'slot_lost'; message: string };

export type LinkHooks = {
  onAlarm?: (alarm: Alarm) => void;
  /** The connection to source or target was lost and is tried again. */
  onRetry?: (error: Error) => void;
  /** Is shown what the stream changes in some tables of the target. */
  observer?: RowObserver;
  /** Links of this process with one source read it together, from one slot, while they keep up with it. */
  readers?: Readers;
};

export type LinkNames = {
  /** `auth.forward` */
  link: string;
  slot: string;
  publication: string;
  origin: string;
  /** Transactions of these origins are dropped: what the link the other way has written. */
  sibling: string;
  /** `auth.reverse` */
  siblingLink: string;
};

export function namesOf({ service, direction }: Pick<LinkConfig, 'service' | 'direction'>): LinkNames {
  const other = direction === 'forward' ? 'reverse' : 'forward';
  const name = (end: Direction) => `banyan_${service.replaceAll('-', '_')}_${end}`;
  return {
    link: `${service}.${direction}`,
    slot: name(direction),
    publication: name(direction),
    origin: name(direction),
    sibling: name(other),
    siblingLink: `${service}.${other}`,
  };
}

/** Whether a transaction came from the link the other way, or from its copy. */
export function isSibling(names: LinkNames, origin: string): boolean {
  return origin === names.sibling || origin.startsWith(`${names.sibling}_copy`);
}
