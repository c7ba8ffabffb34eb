import { Socket } from 'node:net';
import pg from 'pg';
import { PostgresError } from '../errors.ts';
import { quoteIdent, quoteLiteral } from '../quote.ts';
import { connectionConfig, EXACT_SETTINGS, pinNewerSettings } from '../settings.ts';
import { CopyBoth, type CopyBothHandler } from './copy-both.ts';
import { DirectSocket } from './direct-socket.ts';
import { formatLsn, type Lsn, parseLsn } from './lsn.ts';

export interface SlotFacts {
  confirmedFlushLsn: Lsn;
  /** 0 if the server never gives up on a silent reader. */
  walSenderTimeoutMs: number;
}

/** One replication connection: pinned settings, checks, START_REPLICATION, status messages. */
export class ReplicationSession {
  readonly #client: pg.Client;
  #copy: CopyBoth | undefined;

  constructor(url: string) {
    const config = {
      ...connectionConfig(url, EXACT_SETTINGS),
      application_name: 'banyan-stream',
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
      replication: 'database',
      stream: openSocket as () => Socket,
    };
    this.#client = new pg.Client(config);
    // What breaks the connection also ends the query in flight, which is where it is dealt with.
    this.#client.on('error', () => {});
  }

  /** Connects and makes sure that streaming can work, since some servers only warn of what is missing. */
  async open(slot: string, publications: readonly string[], temporary = false): Promise<SlotFacts> {
    await this.#client.connect();
    await pinNewerSettings(this.#client);
    if (temporary) {
      await this.#checkPublications(publications);
      await this.#client.query(
        `CREATE_REPLICATION_SLOT ${quoteIdent(slot)} TEMPORARY LOGICAL pgoutput (SNAPSHOT 'nothing')`,
      );
    }
    const slots = await this.#client.query<SlotRow>(
      `SELECT plugin, database = current_database() AS here, wal_status, confirmed_flush_lsn::text AS confirmed,
              (SELECT setting FROM pg_settings WHERE name = 'wal_sender_timeout') AS timeout
       FROM pg_replication_slots WHERE slot_name = ${quoteLiteral(slot)}`,
    );
    const row = slots.rows[0];
    if (!row?.here || row.plugin !== 'pgoutput') throw new PostgresError('WAL_SLOT_MISSING', { slot });
    if (row.wal_status === 'lost') throw new PostgresError('WAL_SLOT_LOST', { slot });
    await this.#checkPublications(publications);
    return {
      confirmedFlushLsn: row.confirmed === null ? 0n : parseLsn(row.confirmed),
      walSenderTimeoutMs: Number(row.timeout),
    };
  }

  start(slot: string, publications: readonly string[], from: Lsn, handler: CopyBothHandler): void {
    const names = publications.map(quoteIdent).join(',');
    this.#copy = new CopyBoth(
      `START_REPLICATION SLOT ${quoteIdent(slot)} LOGICAL ${formatLsn(from)} ` +
        `(proto_version '1', publication_names ${quoteLiteral(names)}, messages 'true')`,
      handler,
    );
    this.#client.query(this.#copy);
  }

  pause(): void {
    this.#copy?.pause();
  }

  resume(): void {
    this.#copy?.resume();
  }

  /**
   * Reports `lsn` as flushed and applied: exactly what the server may forget; and what is written, up to which it has no need to tell how far
   * it has read.
   */
  sendStatus(lsn: Lsn, written: Lsn, nowMs: number, wantReply: boolean): void {
    const status = Buffer.allocUnsafe(34);
    status[0] = 0x72; // r
    status.writeBigUInt64BE(written, 1);
    for (const offset of [9, 17]) status.writeBigUInt64BE(lsn, offset);
    status.writeBigInt64BE(BigInt(Math.round((nowMs - EPOCH_2000_MS) * 1000)), 25);
    status[33] = wantReply ? 1 : 0;
    this.#copy?.send(status);
  }

  /** Asks the server to end the stream; the handler's `onEnd` follows unless it is too busy to listen. */
  finish(): void {
    this.#copy?.finish();
  }

  /** Leaves, without waiting for a server that may be gone. */
  async close(): Promise<void> {
    const { stream } = (this.#client as unknown as { connection: { stream: { destroy(): void } } })
      .connection;
    const timer = setTimeout(() => stream.destroy(), 500);
    await this.#client.end().catch(() => {});
    clearTimeout(timer);
  }

  /** Breaks the connection; the query in flight ends with an error. */
  destroy(): void {
    (this.#client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  }

  async #checkPublications(publications: readonly string[]): Promise<void> {
    const names = publications.map(quoteLiteral).join(', ');
    const missing = await this.#client.query<{ name: string }>(
      `SELECT name FROM unnest(ARRAY[${names}]::text[]) AS name WHERE name NOT IN (SELECT pubname FROM pg_publication) LIMIT 1`,
    );
    const [first] = missing.rows;
    if (first) throw new PostgresError('WAL_PUBLICATION_MISSING', { publication: first.name });
  }
}

/** pg calls it with its configuration, which its types do not know. What is under TLS is read by TLS itself. */
function openSocket({ ssl }: { ssl?: unknown }): Socket {
  return ssl ? new Socket() : new DirectSocket();
}

interface SlotRow {
  plugin: string;
  here: boolean;
  wal_status: string | null;
  confirmed: string | null;
  timeout: string;
}

const EPOCH_2000_MS = 946_684_800_000;
