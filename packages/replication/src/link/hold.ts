import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { settleShares } from './share-record.ts';
import { Shares } from './shares.ts';

const RETRY_MS = 100;

/**
 * Whether a link waits to hear which share is in force, and which ones were. What it is told it writes down on the target
 * before it applies anything further, so that whoever comes after it judges alike.
 */
export class Hold {
  readonly shares: Shares;
  readonly #link: string;
  #share: number;
  #undecided = false;
  #held: PromiseWithResolvers<void> | undefined;
  #target: pg.Pool | undefined;
  /** One after another, so that the last one knows most. */
  #learning: Promise<void> = Promise.resolve();

  constructor(link: string, salt: string, share: number) {
    this.#link = link;
    this.#share = share;
    this.shares = new Shares(salt, share);
  }

  /** The last share that was told. */
  get share(): number {
    return this.#share;
  }

  /** Resolves when something may be applied again; undefined: now. */
  get over(): Promise<void> | undefined {
    return this.#held?.promise;
  }

  hold(): void {
    this.#undecided = true;
    this.#held ??= Promise.withResolvers();
  }

  release(share: number): void {
    this.#share = share;
    this.hold();
    this.#undecided = false;
    void this.#resume();
  }

  /** While a link streams. */
  attach(target: pg.Pool | undefined): void {
    this.#target = target;
  }

  /** Reads what the target remembers; unless something is undecided, the share that was told is in force. */
  async learn(target: pg.Pool): Promise<void> {
    const before = this.#learning;
    const learned = before
      .then(() => settleShares(target, this.#link, this.#undecided ? undefined : this.#share))
      .then((spans) => {
        if (spans.length > 0) this.shares.learn(spans);
      });
    this.#learning = learned.catch(() => {});
    await learned;
  }

  /** A target that is away is tried again. Without a stream it is written down when the next one begins. */
  async #resume(): Promise<void> {
    while (this.#target && !this.#undecided) {
      try {
        await this.learn(this.#target);
        break;
      } catch {
        await delay(RETRY_MS);
      }
    }
    if (this.#undecided) return;
    this.#held?.resolve();
    this.#held = undefined;
  }
}
