import { type Lsn, openWalStream, type WalStream, type WalStreamEvent } from '@banyan/postgres';
import type pg from 'pg';
import type { LinkConfig, LinkNames } from '../link/link-config.ts';
import { sidesOf } from '../link/link-record.ts';
import { nameOf } from '../mapping/mapping.ts';
import { comeHome } from './home.ts';
import type { Readers } from './readers.ts';
import type { SharedStream } from './shared-stream.ts';
import type { SourceReader } from './source-reader.ts';

export type FeedOptions = {
  config: LinkConfig;
  names: LinkNames;
  source: pg.Pool;
  /** Undefined: it always reads from its own slot. */
  readers: Readers | undefined;
  /** Whether it has caught up. */
  ready: () => boolean;
  /** Whether a fence or a barrier waits for it. */
  awaited: () => boolean;
};

/** What a link reads: its own slot at first and whenever something is wrong, else what others read too. */
export class Feed {
  readonly #options: FeedOptions;
  /** Read next, in place of its own slot. */
  #invitation: SharedStream | undefined;
  #slot: string;
  #reader: SourceReader | undefined;
  #restUntil = 0;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#slot = options.names.slot;
  }

  /** That keeps what the link has not applied. */
  get slot(): string {
    return this.#slot;
  }

  /** Whether a heartbeat is to be sent: one in this time, ms, for all links of this process that read the source. */
  mayBeat(everyMs: number): boolean {
    return this.#reader?.mayBeat(everyMs) ?? true;
  }

  /** Whether it is to be opened again, and then reads with others. */
  get invited(): boolean {
    return this.#invitation !== undefined;
  }

  /**
   * A stream of all that commits after `position`. The caller holds the link's origin, so nobody else reads for this link.
   * `onInvited`: close it, and open again.
   */
  async open(options: {
    position: Lsn;
    signal: AbortSignal;
    onEvent: (event: WalStreamEvent) => void;
    onInvited: () => void;
  }): Promise<WalStream> {
    const { config, names, source, readers, ready, awaited } = this.#options;
    const { position, onEvent } = options;
    const reader = await readers?.of(config.source);
    this.#reader = reader;
    const shared = reader && (await this.#accept(reader, position, options.signal));
    if (shared) {
      this.#slot = reader.slot;
      shared.listen(onEvent);
      return shared;
    }
    await comeHome(source, names);
    this.#slot = names.slot;
    const stream = openWalStream({
      url: config.source,
      slot: names.slot,
      publications: [names.publication],
      startLsn: position,
      neverAckedBeyond: position,
      rawInserts: true,
      onEvent,
    });
    const tables = new Set(config.tables.map((mapping) => nameOf(sidesOf(mapping, config.direction).source)));
    reader?.apply({
      names,
      wants: (table) => tables.has(table),
      position: () => ({ startedAt: position, acked: stream.acked }),
      ready: () => performance.now() >= this.#restUntil && ready() && !awaited(),
      awaited,
      join: (invitation) => {
        this.#invitation = invitation;
        options.onInvited();
      },
    });
    return stream;
  }

  /** What was opened has ended. */
  ended(): void {
    this.#reader?.withdraw(this.#options.names);
  }

  /** It was not well served among others, and does not try again at once. */
  rest(): void {
    this.#restUntil = performance.now() + REST_MS;
  }

  /** Nothing is opened any more. */
  async close(): Promise<void> {
    await this.#invitation?.close();
    this.#invitation = undefined;
  }

  /** Its own slot goes only once the shared one is known to bring what it brought. */
  async #accept(reader: SourceReader, position: Lsn, signal: AbortSignal): Promise<SharedStream | undefined> {
    const shared = this.#invitation;
    this.#invitation = undefined;
    if (!shared) return undefined;
    const leave = () => shared.leave('the link ends');
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    try {
      await shared.settled;
      if (position >= shared.acked && (await reader.dropOwnSlot(this.#options.names, shared))) return shared;
      this.rest();
      await shared.close();
      return undefined;
    } catch (error) {
      await shared.close();
      throw error;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }
}

const REST_MS = 10_000;
