import { createPool, currentLsn, type Lsn, openWalStream, type WalStream } from '@banyan/postgres';
import type pg from 'pg';
import { FanOut } from './fan-out.ts';
import { alone, dissolve, dropOwnSlot, type Ends, giveOwnSlot, noteShared } from './home.ts';
import { acknowledgeable, type Candidate, isBehind, keepsUp, mayJoin } from './positions.ts';
import { ENOUGH, makeSharedSlot, sharedSlotName } from './shared-slot.ts';
import { SharedStream } from './shared-stream.ts';

/** A link that reads from its own slot and would rather read with others. */
export type Applicant = {
  names: Ends;
  wants: (table: string) => boolean;
  position: () => Candidate;
  /** Whether it has caught up and nobody waits for it. */
  ready: () => boolean;
  /** Whether a fence or a barrier waits for it. */
  awaited: () => boolean;
  /** It stops reading from its own slot, drops it and goes on with this, or closes it. */
  join: (stream: SharedStream) => void;
};

/**
 * Reads a source once for all links that keep up with it. What it may acknowledge is what all of them have applied; who does not
 * keep up, or ends, gets a slot of his own where the shared one stands. Runs in rounds: who leaves, who joins, and one new
 * connection for both.
 */
export class SourceReader {
  /** Of the shared slot. */
  readonly slot: string;
  readonly #url: string;
  readonly #pool: pg.Pool;
  readonly #applicants = new Map<string, Applicant>();
  /** Those who have left stay until they have a slot of their own, and hold back the shared one. */
  readonly #members = new Map<string, Member>();
  readonly #running: Promise<void>;
  /** The last thing that was begun of those that happen one after another. */
  #turn: Promise<void> = Promise.resolve();
  #stream: WalStream | undefined;
  #reading: Promise<void> = Promise.resolve();
  /** Publications that the stream reads. */
  #publications = '';
  #acked: Lsn = 0n;
  /** The shared slot may be there. */
  #made = false;
  /** When somebody may join again, after nobody could. */
  #admitAt = 0;
  #beatAt = Number.NEGATIVE_INFINITY;
  #hurry: (() => void) | undefined;
  #hurried = false;
  #closed = false;

  /** Whoever was left with the shared slot by a process that has ended gets one of his own first. */
  static async begin(url: string, system: string): Promise<SourceReader> {
    const pool = createPool(url, { max: 1, applicationName: 'banyan-reader', exact: true });
    try {
      const { rows } = await pool.query('SELECT oid FROM pg_database WHERE datname = current_database()');
      const slot = sharedSlotName(system, rows[0].oid);
      await alone(pool, (client) => dissolve(client, slot));
      return new SourceReader(url, slot, pool);
    } catch (error) {
      await pool.end();
      throw error;
    }
  }

  private constructor(url: string, slot: string, pool: pg.Pool) {
    this.slot = slot;
    this.#url = url;
    this.#pool = pool;
    this.#running = this.#run();
  }

  apply(applicant: Applicant): void {
    this.#applicants.set(applicant.names.slot, applicant);
  }

  /** Again is no error. */
  withdraw({ slot }: Ends): void {
    this.#applicants.delete(slot);
  }

  /** Whether this source was sent no heartbeat for so long. Whoever asks and is told so sends one, which moves everybody's slots. */
  mayBeat(everyMs: number): boolean {
    const now = performance.now();
    if (now - this.#beatAt < everyMs) return false;
    this.#beatAt = now;
    return true;
  }

  /**
   * Removes the own slot of a link that reads through the shared one. False: it has left meanwhile, or the shared slot is not what
   * it was. In turn with the rounds, since whoever leaves is judged by whether he has a slot of his own.
   */
  async dropOwnSlot(names: Ends, stream: SharedStream): Promise<boolean> {
    return await this.#inTurn(async () => {
      if (stream.left !== undefined) return false;
      return await alone(this.#pool, (client) => dropOwnSlot(client, names, this.slot, stream.acked));
    });
  }

  /** Resolves when the last link has left. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#hurryUp();
    await this.#running;
    await this.#pool.end();
  }

  async #run(): Promise<void> {
    while (!this.#closed || this.#members.size > 0) {
      await this.#rest();
      // A source that is away is asked again in the next round.
      await this.#inTurn(() => this.#round()).catch(() => {});
    }
    await this.#reopen([], []);
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.then(
      () => {},
      () => {},
    );
    return await done;
  }

  async #round(): Promise<void> {
    for (const { stream } of this.#members.values())
      if (isBehind(stream, this.#received)) stream.leave('it is too far behind');
    const left = [...this.#members.values()].filter(({ stream }) => stream.left !== undefined);
    const home = await this.#sendHome(left);
    if (!this.#closed && performance.now() >= this.#admitAt)
      await this.#admit().catch(() => {
        this.#admitAt = performance.now() + REST_MS;
      });
    const staying = [...this.#members.values()].filter(({ stream }) => stream.left === undefined);
    const publications = staying.map(({ names }) => names.publication).sort();
    if (publications.join() !== this.#publications) await this.#reopen(staying, publications);
    for (const member of left) {
      // Whoever could not be given one finds it when he begins again, or the next process does.
      if (home.has(member) || this.#closed) this.#members.delete(member.names.slot);
      member.gone.resolve();
    }
    if (!this.#made || this.#members.size > 0) return;
    await alone(this.#pool, (client) => dissolve(client, this.slot));
    this.#made = false;
  }

  /** Those who have a slot of their own now. */
  async #sendHome(left: readonly Member[]): Promise<ReadonlySet<Member>> {
    const home = new Set<Member>();
    if (left.length === 0) return home;
    const giveEach = async (client: pg.PoolClient) => {
      for (const member of left)
        await giveOwnSlot(client, member.names, this.slot).then(
          () => home.add(member),
          () => {},
        );
    };
    await alone(this.#pool, giveEach).catch(() => {});
    return home;
  }

  /** Nobody joins while a fence or a barrier waits for one who reads with others: it would wait for the new connection too. */
  async #admit(): Promise<void> {
    const ready = [...this.#applicants.values()].filter(
      (each) => each.ready() && !this.#members.has(each.names.slot),
    );
    const members = [...this.#members.values()];
    if (ready.length < (members.length === 0 ? ENOUGH : 1)) return;
    if (members.length > 0 && members.every(({ stream }) => stream.left !== undefined)) return;
    if (members.some(({ awaited }) => awaited())) return;
    const joining: [Applicant, SharedStream][] = [];
    try {
      await alone(this.#pool, async (client) => {
        const end = await currentLsn(client);
        const near = ready.filter((each) => keepsUp(each.position(), end));
        if (members.length === 0 && !(await this.#makeSlot(client, near))) return;
        for (const each of near)
          if (mayJoin(each.position(), this.#acked)) joining.push([each, this.#member(each)]);
        for (const [{ names }, stream] of joining)
          await noteShared(client, names.publication, this.slot).catch((error) => {
            stream.leave(String(error));
            this.#applicants.delete(names.slot);
          });
      });
    } catch (error) {
      for (const [, stream] of joining) stream.leave(String(error));
      throw error;
    }
    for (const [applicant, stream] of joining) this.#invite(applicant, stream);
  }

  async #makeSlot(client: pg.PoolClient, links: readonly Applicant[]): Promise<boolean> {
    this.#made = true;
    const position = await makeSharedSlot(
      client,
      this.slot,
      links.map(({ names, position }) => ({ slot: names.slot, position })),
    );
    this.#made = position !== undefined;
    if (position !== undefined) this.#acked = position;
    return this.#made;
  }

  /** From now on nothing is acknowledged that it has not applied. */
  #member({ names, wants, awaited, position }: Applicant): SharedStream {
    const gone = Promise.withResolvers<void>();
    const stream = new SharedStream({
      acked: position().acked,
      wants,
      onAck: () => this.#acknowledge(),
      onLeave: () => {
        this.#hurryUp();
        return gone.promise;
      },
    });
    this.#members.set(names.slot, { names, awaited, stream, gone });
    return stream;
  }

  /** Unless it has ended meanwhile, or is waited for: then it may be another time. */
  #invite(applicant: Applicant, stream: SharedStream): void {
    const { slot } = applicant.names;
    if (this.#applicants.get(slot) !== applicant) stream.leave('it has ended');
    else if (applicant.awaited()) stream.leave('it is waited for');
    if (stream.left !== undefined) return;
    this.#applicants.delete(slot);
    applicant.join(stream);
  }

  #acknowledge(): void {
    const stream = this.#stream;
    if (!stream) return;
    const members = [...this.#members.values()].map((each) => each.stream);
    stream.ack(acknowledgeable(members, stream.received));
    this.#acked = stream.acked;
  }

  async #reopen(members: readonly Member[], publications: string[]): Promise<void> {
    await this.#stream?.close();
    await this.#reading;
    this.#stream = undefined;
    this.#publications = publications.join();
    if (members.length === 0) return;
    const streams = members.map(({ stream }) => stream);
    const stream = openWalStream({
      url: this.#url,
      slot: this.slot,
      publications,
      startLsn: this.#acked,
      neverAckedBeyond: this.#acked,
      rawInserts: true,
      onEvent: (event) => {
        for (const each of streams) each.tell(event);
      },
    });
    this.#stream = stream;
    this.#reading = this.#read(stream, streams);
  }

  /** Whatever ends it is for each link to find out by itself. */
  async #read(stream: WalStream, members: readonly SharedStream[]): Promise<void> {
    const fanOut = new FanOut(members);
    try {
      for await (const messages of stream) {
        for (const message of messages) fanOut.take(message);
        for (const each of members) each.flush();
      }
    } catch (error) {
      for (const each of members) each.leave(String(error));
      this.#hurryUp();
    }
  }

  get #received(): Lsn {
    return this.#stream?.received ?? this.#acked;
  }

  #hurryUp(): void {
    this.#hurried = true;
    this.#hurry?.();
  }

  async #rest(): Promise<void> {
    if (!this.#hurried) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#hurry = resolve;
      const timer = setTimeout(resolve, ROUND_MS);
      await promise;
      clearTimeout(timer);
    }
    this.#hurried = false;
  }
}

type Member = {
  names: Ends;
  awaited: () => boolean;
  stream: SharedStream;
  gone: PromiseWithResolvers<void>;
};

/** How often it is looked who may join. */
const ROUND_MS = 1_000;
const REST_MS = 10_000;
