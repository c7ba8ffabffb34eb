import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createPool } from '@banyan/postgres';
import type pg from 'pg';
import { isServiceSide } from '../../../packages/cohort/src/index.ts';
import { openLink, repair } from '../../../packages/replication/src/index.ts';
import { pick, seeded } from '../../random.ts';
import {
  JUDGE,
  LEGACY,
  linkConfig,
  type Order,
  PEOPLE,
  PETS_SUM,
  petsConfig,
  SALT,
  SERVICE,
  type Told,
} from './protocol.ts';

export type LinksResult = {
  seed: number;
  steps: number;
  kills: number;
  repairs: number;
  writes: number;
  problems: string[];
};

/** Few, so that writes of both sides meet. */
const ROWS = 24;
const SHARES = [0, 2_500, 5_000, 10_000];
/** How long it takes the links to read together at most, on whatever machine, ms. */
const TOGETHER_MS = 60_000;
const ROUNDS = ['step', 'step', 'step', 'kill', 'stray', 'repair', 'calm'] as const;

/**
 * Both links of a service under random steps up and back with backlogs on both sides, forward-only columns, writes of the
 * wrong side, deletes and re-inserts, rows that change their key, repairs that cross steps, and kills, while the links of another
 * service read the same databases through the same slots. In the end both databases must say the same, by their own sums, and
 * each row must be what its owner was last told that it is.
 */
export async function runLinks(options: {
  seed: number;
  rounds: number;
  createDatabase: (name: string) => Promise<string>;
  onEvent?: (text: string) => void;
  /** Gives up: the links are ended, and it rejects with the signal's reason. */
  signal?: AbortSignal;
}): Promise<LinksResult> {
  const { seed, rounds, createDatabase, signal, onEvent = () => {} } = options;
  const random = seeded(seed);
  const urls = {
    legacy: await createDatabase(`links_${seed}_legacy`),
    service: await createDatabase(`links_${seed}_service`),
  };
  const world = new World(urls, random);
  const giveUp = () => world.kill();
  signal?.addEventListener('abort', giveUp);
  try {
    await world.begin();
    for (let round = 0; round < rounds; round++) {
      const what = pick(random, ROUNDS);
      onEvent(`round ${round}: ${what}`);
      await world.take(what);
      signal?.throwIfAborted();
    }
    await world.judge();
  } catch (error) {
    signal?.throwIfAborted();
    world.problems.push(error instanceof Error ? error.message : String(error));
  } finally {
    signal?.removeEventListener('abort', giveUp);
    await world.end();
  }
  const { steps, kills, repairs, writes, problems } = world;
  return { seed, steps, kills, repairs, writes, problems };
}

class World {
  readonly problems: string[] = [];
  steps = 0;
  kills = 0;
  repairs = 0;
  writes = 0;
  readonly #urls: { legacy: string; service: string };
  readonly #legacy: pg.Pool;
  readonly #service: pg.Pool;
  readonly #random: () => number;
  /** What the owner of each row has acknowledged: its note, or that it is gone. */
  readonly #acknowledged = new Map<number, string | null>();
  /** Rows that the wrong side has written: which of both wins depends on when it was found. */
  readonly #blurred = new Set<number>();
  #share = 0;
  #serial = 0;
  #applier: ChildProcess | undefined;

  constructor(urls: { legacy: string; service: string }, random: () => number) {
    this.#urls = urls;
    this.#legacy = createPool(urls.legacy, { max: 3 });
    this.#service = createPool(urls.service, { max: 3 });
    this.#random = random;
  }

  async begin(): Promise<void> {
    await this.#legacy.query(LEGACY);
    await this.#service.query(SERVICE);
    await this.#legacy.query(
      `INSERT INTO people SELECT i, 'First Rest ' || i, 'first', 0 FROM generate_series(1, ${ROWS}) i`,
    );
    await this.#legacy.query(`INSERT INTO pets SELECT i, 0 FROM generate_series(1, ${ROWS}) i`);
    for (let id = 1; id <= ROWS; id++) this.#acknowledged.set(id, 'first');
    await this.#start();
  }

  async take(what: (typeof ROUNDS)[number]): Promise<void> {
    if (what === 'stray') await this.#stray();
    await this.#write(5);
    if (what === 'kill') return await this.#kill();
    if (what === 'repair') return await this.#repair();
    if (what === 'step') return await this.#step(pick(this.#random, SHARES));
    if (what === 'calm') await this.judge();
  }

  /** With a backlog on both sides; now and then the links die at one of its turns. */
  async #step(share: number): Promise<void> {
    if (share === this.#share) return;
    const up = share > this.#share;
    const dies = this.#random();
    await this.#order({ do: 'hold' });
    await this.#write(20);
    await this.#order({ do: 'catch up', up });
    await this.#logins(10);
    if (dies < 0.1) return await this.#kill();
    // By the share of before, and in the streams anywhere around the marker.
    const crosses = dies > 0.7 ? this.#repair() : undefined;
    await this.#order({ do: 'mark', up });
    await crosses;
    if (dies < 0.2) return await this.#kill();
    // Decided: from here on the new owner writes.
    const aborted = dies > 0.85;
    if (!aborted) this.#share = share;
    this.steps++;
    await this.#write(10);
    if (dies < 0.3) return await this.#kill();
    await this.#order({ do: 'release', share: this.#share });
    // A later write would hide what this step has done to the row.
    if (dies > 0.5) await this.judge();
  }

  async #kill(): Promise<void> {
    this.kills++;
    const applier = this.#applier!;
    this.#applier = undefined;
    const exited = once(applier, 'exit');
    applier.kill('SIGKILL');
    await exited;
    await this.#write(5);
    await this.#start();
  }

  async #start(): Promise<void> {
    const start = { ...this.#urls, share: this.#share };
    this.#applier = fork(join(import.meta.dirname, 'process.ts'), [JSON.stringify(start)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    await this.#answer();
    // Some are killed before they read together, or while they come to it.
    if (this.#random() < 0.5) await this.#together();
  }

  async #together(): Promise<void> {
    const deadline = performance.now() + TOGETHER_MS;
    const slots = `SELECT bool_and(slot_name ~ '_reader_') AS shared FROM pg_replication_slots WHERE database = current_database()`;
    for (const database of [this.#legacy, this.#service])
      while (!(await database.query(slots)).rows[0].shared) {
        if (this.#applier!.signalCode !== null) throw new Error('the links were killed');
        if (performance.now() > deadline) throw new Error('the links do not come to read together');
        await delay(20);
      }
  }

  async #order(order: Order): Promise<void> {
    this.#applier!.send(order);
    await this.#answer();
  }

  async #answer(): Promise<void> {
    const applier = this.#applier!;
    const heard = new AbortController();
    const { signal } = heard;
    const [told] = (await Promise.race([
      once(applier, 'message', { signal }),
      once(applier, 'exit', { signal }).then(([code]) => [{ error: `the links ended with ${code}` }]),
    ])) as [Told];
    heard.abort();
    if ('error' in told) throw new Error(told.error);
  }

  /** Writes as the gateways let them through: each by the owner of its row; logins by the monolith alone. */
  async #write(count: number): Promise<void> {
    for (let done = 0; done < count; done++) {
      const id = this.#someId();
      const value = `note ${++this.#serial}`;
      const owner = this.#ownerOf(id);
      const what = this.#random();
      if (this.#acknowledged.get(id) === null) await this.#insert(owner, id, value);
      else if (what < 0.4) await this.#update(owner, id, value);
      else if (what < 0.55) await this.#remove(owner, id, value);
      else if (what < 0.65) await this.#rename(owner, id, value);
      else await this.#logins(1);
      await this.#legacy.query('UPDATE pets SET n = n + 1 WHERE id = $1', [id]);
      this.writes++;
    }
  }

  async #update(owner: pg.Pool, id: number, value: string): Promise<void> {
    const set = owner === this.#legacy ? `name = 'First ' || $2` : `first = 'First', rest = $2`;
    const { rowCount } = await owner.query(`UPDATE people SET note = $2, ${set} WHERE id = $1`, [id, value]);
    if (rowCount === 1) this.#acknowledged.set(id, value);
    else if (!this.#blurred.has(id)) this.problems.push(`row ${id} is not where its owner wrote it`);
  }

  /** Half of the rows come back at once, in the same transaction. */
  async #remove(owner: pg.Pool, id: number, value: string): Promise<void> {
    await owner.query('DELETE FROM people WHERE id = $1', [id]);
    this.#acknowledged.set(id, null);
    if (this.#random() < 0.5) await this.#insert(owner, id, value);
  }

  async #insert(owner: pg.Pool, id: number, value: string): Promise<void> {
    const into = owner === this.#legacy ? ['name', `'First ' || $2`] : ['first, rest', `'First', $2`];
    const { rowCount } = await owner.query(
      `INSERT INTO people (id, note, ${into[0]}) VALUES ($1, $2, ${into[1]}) ON CONFLICT DO NOTHING`,
      [id, value],
    );
    if (rowCount === 1) this.#acknowledged.set(id, value);
    else if (!this.#blurred.has(id)) this.problems.push(`row ${id} was deleted and is still there`);
  }

  /** Gives the row the key of one that is gone and has the same owner. */
  async #rename(owner: pg.Pool, id: number, value: string): Promise<void> {
    const free = [...this.#acknowledged].find(
      ([other, said]) => said === null && !this.#blurred.has(other) && this.#ownerOf(other) === owner,
    )?.[0];
    if (free === undefined || this.#blurred.has(id)) return;
    const set = owner === this.#legacy ? `name = 'First ' || $2` : `first = 'First', rest = $2`;
    const { rowCount } = await owner.query(
      `UPDATE people SET id = $3, note = $2, ${set} WHERE id = $1 AND NOT EXISTS (SELECT FROM people WHERE id = $3)`,
      [id, value, free],
    );
    if (rowCount !== 1)
      return void this.problems.push(`row ${id} or its new key ${free} is not as its owner left it`);
    this.#acknowledged.set(id, null).set(free, value);
  }

  async #logins(count: number): Promise<void> {
    for (let done = 0; done < count; done++)
      await this.#legacy.query('UPDATE people SET last_login = $2 WHERE id = $1', [
        this.#someId(),
        ++this.#serial,
      ]);
  }

  async #stray(): Promise<void> {
    const id = this.#someId();
    this.#blurred.add(id);
    const wrong = this.#ownerOf(id) === this.#legacy ? this.#service : this.#legacy;
    if (this.#random() < 0.7) await wrong.query(`UPDATE people SET note = 'stray' WHERE id = $1`, [id]);
    else await wrong.query('DELETE FROM people WHERE id = $1', [id]);
  }

  async #repair(): Promise<void> {
    this.repairs++;
    const keys = Array.from({ length: 8 }, () => ({ id: `${this.#someId()}` }));
    await repair({
      ...this.#urls,
      serviceName: 'people',
      mapping: PEOPLE,
      share: this.#share,
      salt: SALT,
      keys,
    });
  }

  #ownerOf(id: number): pg.Pool {
    return isServiceSide(this.#share, SALT, `${id}`) ? this.#service : this.#legacy;
  }

  #someId(): number {
    return 1 + Math.floor(this.#random() * ROWS);
  }

  /** Both sides at rest. */
  async judge(): Promise<void> {
    await this.#order({ do: 'rest' });
    const [legacy, service] = await Promise.all([
      this.#legacy.query(JUDGE.legacy),
      this.#service.query(JUDGE.service),
    ]);
    if (legacy.rows[0].sum !== service.rows[0].sum)
      this.problems.push(
        `diverged: ${legacy.rows[0].rows} rows on the monolith, ${service.rows[0].rows} on the service, sums differ`,
      );
    const [ours, theirs] = await Promise.all(
      [this.#legacy, this.#service].map((database) => database.query(PETS_SUM)),
    );
    if (ours!.rows[0].sum !== theirs!.rows[0].sum)
      this.problems.push('diverged: rows of the other service that reads the same databases');
    const { rows } = await this.#legacy.query('SELECT id, note FROM people');
    const notes = new Map(rows.map(({ id, note }) => [id, note]));
    for (const [id, said] of this.#acknowledged) {
      const found = notes.get(id) ?? null;
      if (found === said) continue;
      // From here on both know what the row is.
      if (this.#blurred.has(id)) this.#acknowledged.set(id, found);
      else if (said === null) this.problems.push(`resurrected: row ${id} was deleted and is '${found}'`);
      else this.problems.push(`lost: row ${id} was told '${said}' and is '${found}'`);
    }
    this.#blurred.clear();
  }

  /** Whoever waits for an answer of the links is told that they have ended. */
  kill(): void {
    this.#applier?.kill('SIGKILL');
  }

  async end(): Promise<void> {
    this.kill();
    // Their names are those of the next seed's on the same server.
    for (const direction of ['forward', 'reverse'] as const) {
      await openLink(linkConfig(direction, { ...this.#urls, share: this.#share })).drop();
      await openLink(petsConfig(direction, this.#urls)).drop();
    }
    await delay(0);
    await Promise.all([this.#legacy.end(), this.#service.end()]);
  }
}
