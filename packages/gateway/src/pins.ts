import type { ControlSource, Side } from './route-table.ts';

const MAX_PINS = 10_000;
const TRY_MS = 5_000;
const GIVE_UP_MS = 60_000;

/**
 * Readers pinned to the side they have just written to, because the other side did not have the write in time.
 * A pin goes when the write has arrived, or after a minute.
 */
export class Pins {
  readonly #source: Pick<ControlSource, 'settle'>;
  readonly #now: () => number;
  readonly #pins = new Map<string, { side: Side }>();

  constructor(source: Pick<ControlSource, 'settle'>, now: () => number) {
    this.#source = source;
    this.#now = now;
  }

  get(consumer: string, service: string): Side | null {
    if (this.#pins.size === 0) return null;
    return this.#pins.get(`${service} ${consumer}`)?.side ?? null;
  }

  /** Pins until what is committed now has passed `waves`. */
  pin(consumer: string, service: string, side: Side, waves: string[][]): void {
    if (this.#pins.size >= MAX_PINS) return;
    const id = `${service} ${consumer}`;
    const pin = { side };
    this.#pins.set(id, pin);
    void this.#watch(waves).then(() => {
      if (this.#pins.get(id) === pin) this.#pins.delete(id);
    });
  }

  /** A fenced step has moved keys of the service: its barrier has carried every write over. */
  clear(service: string): void {
    for (const id of this.#pins.keys()) if (id.startsWith(`${service} `)) this.#pins.delete(id);
  }

  async #watch(waves: string[][]): Promise<void> {
    const until = this.#now() + GIVE_UP_MS;
    while (this.#now() < until) {
      const started = this.#now();
      const settled = await this.#source.settle(waves, TRY_MS).catch(() => false);
      if (settled) return;
      const rest = 250 - (this.#now() - started); // it may have failed at once
      if (rest > 0) await new Promise<void>((resolve) => setTimeout(resolve, rest).unref());
    }
  }
}
