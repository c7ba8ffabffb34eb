import type { Link } from '@banyan/replication';

/** How long a link may take to prove that it works again, ms; then it is asked anew. */
const PROOF_MS = 10_000;

export type Trouble = { error: string; since: number };

/**
 * What a link fails of, until it has proved that it works: that it is connected again, or tries again, says nothing. Proof
 * is a barrier that was set after the failure and has come through.
 */
export class LinkTrouble {
  readonly #link: Pick<Link, 'status' | 'barrier'>;
  #trouble: Trouble | null = null;
  #asking = false;

  constructor(link: Pick<Link, 'status' | 'barrier'>) {
    this.#link = link;
  }

  get current(): Trouble | null {
    return this.#trouble;
  }

  /** `since` stays that of the first failure of a row of them. `now`: ms since 1970. */
  failed(error: unknown, now: number): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#trouble = { error: message, since: this.#trouble?.since ?? now };
  }

  over(): void {
    this.#trouble = null;
  }

  /** To be called now and then: sees what the link has lost by itself, and asks one in trouble for proof. */
  look(now: number): void {
    const { state, lastError } = this.#link.status();
    if (lastError && (state === 'retrying' || (state === 'connecting' && !this.#trouble)))
      this.failed(lastError, now);
    if (this.#trouble && state === 'streaming' && !this.#asking) void this.#ask(this.#trouble);
  }

  async #ask(trouble: Trouble): Promise<void> {
    this.#asking = true;
    try {
      await this.#link.barrier({ timeoutMs: PROOF_MS });
      if (this.#trouble === trouble) this.over();
    } catch {
      // No proof: the trouble stays, and the next look asks again.
    } finally {
      this.#asking = false;
    }
  }
}
