import { randomUUID } from 'node:crypto';
import type { Db } from '@banyan/postgres';

/** How long a relay that shows no life stays the active one, in milliseconds. */
export const LEASE_MS = 10_000;

/**
 * The time for which a relay that leads may publish. It ends by the clock of this process before others take it for over
 * by that of the database: one that was frozen and wakes up finds that it is over before it does anything else.
 */
export class Lease {
  readonly holder = randomUUID();
  /** Resolves when it has run out, or is another's. */
  readonly lost: Promise<void>;
  readonly #pool: Db;
  readonly #leaseMs: number;
  readonly #lose: () => void;
  #until = -Infinity;
  #renewing: NodeJS.Timeout | undefined;

  constructor(pool: Db, leaseMs: number) {
    this.#pool = pool;
    this.#leaseMs = leaseMs;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.lost = promise;
    this.#lose = resolve;
  }

  /** From whoever had it before: only for the one that has the lock. */
  async take(): Promise<void> {
    const asked = performance.now();
    await this.#pool.query(
      `INSERT INTO banyan_events.relay_lease (holder, until) VALUES ($1, clock_timestamp() + $2 * interval '1 millisecond')
       ON CONFLICT (one) DO UPDATE SET holder = excluded.holder, until = excluded.until`,
      [this.holder, this.#leaseMs],
    );
    this.#extend(asked);
    this.#renewing = setInterval(() => void this.#renew(), this.#leaseMs / 5);
  }

  /** Whether nobody else can have it yet. */
  get holds(): boolean {
    return performance.now() < this.#until;
  }

  async resign(): Promise<void> {
    clearInterval(this.#renewing);
    this.#until = -Infinity;
    await this.#pool
      .query('UPDATE banyan_events.relay_lease SET holder = NULL WHERE holder = $1', [this.holder])
      .catch(() => {});
  }

  async #renew(): Promise<void> {
    // Over is over: what was read before may have been published by another since.
    if (!this.holds) return this.#lose();
    const asked = performance.now();
    try {
      const { rowCount } = await this.#pool.query({
        name: 'banyan_relay_lease',
        text: `UPDATE banyan_events.relay_lease SET until = clock_timestamp() + $2 * interval '1 millisecond' WHERE holder = $1`,
        values: [this.holder, this.#leaseMs],
      });
      if (rowCount === 1 && this.holds) this.#extend(asked);
      else this.#lose();
    } catch {
      // The next one, or the end of it.
    }
  }

  /** A fifth earlier than the database says. */
  #extend(asked: number): void {
    this.#until = asked + this.#leaseMs * 0.8;
  }
}

/**
 * Ends the sessions of a relay whose lease has run out although it holds the lock: it is frozen, or cannot be reached. Those who
 * wait ask this now and then.
 */
export async function endFrozen(pool: Db, slot: string): Promise<void> {
  await pool.query({
    name: 'banyan_relay_end_frozen',
    text: `SELECT pg_terminate_backend(pid) FROM (
             SELECT l.pid FROM pg_locks l
             WHERE l.relation = 'banyan_events.relay_turn'::regclass AND l.granted AND l.mode = 'ExclusiveLock'
               AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
             UNION ALL SELECT active_pid FROM pg_replication_slots WHERE slot_name = $1 AND active) frozen(pid)
           WHERE EXISTS (SELECT FROM banyan_events.relay_lease WHERE holder IS NOT NULL AND until < clock_timestamp())`,
    values: [slot],
  });
}
