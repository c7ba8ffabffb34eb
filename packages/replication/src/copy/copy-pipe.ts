import type { Socket } from 'node:net';
import type pg from 'pg';

/**
 * Pipes `COPY … TO STDOUT` of one connection into `COPY … FROM STDIN` of another, frame by frame as they are on the
 * wire: a row is never looked at. Resolves with the rows and bytes that went through; rejects if either end fails,
 * after which the target's transaction has to be rolled back.
 */
export async function pipeCopy(
  source: pg.ClientBase,
  copyOut: string,
  target: pg.ClientBase,
  copyIn: string,
): Promise<{ rows: number; bytes: number }> {
  const input = new CopyIn(copyIn);
  target.query(input as unknown as pg.Submittable);
  const socket = await input.ready;
  const output = new CopyOut(copyOut, socket);
  source.query(output as unknown as pg.Submittable);
  input.failed.catch((error: Error) => output.fail(error));
  let failure: unknown;
  try {
    await output.done;
  } catch (error) {
    failure = error;
  }
  if (failure === undefined) input.finish();
  else input.abandon();
  try {
    const rows = await input.done;
    if (failure !== undefined) throw failure;
    return { rows, bytes: output.bytes };
  } catch (error) {
    throw failure ?? error;
  }
}

/** What `pg` knows of its connection and the types do not tell. */
type Connection = pg.Connection & {
  stream: Socket;
  query(text: string): void;
  sendCopyFail(why: string): void;
};

class CopyIn {
  readonly #text: string;
  #connection: Connection | undefined;
  #rows = 0;
  #started = Promise.withResolvers<Socket>();
  #finished = Promise.withResolvers<number>();
  #failed = Promise.withResolvers<never>();

  constructor(text: string) {
    this.#text = text;
    this.#finished.promise.catch(() => {});
    this.#started.promise.catch(() => {});
    this.#failed.promise.catch(() => {});
  }

  /** The socket, once the server takes data. */
  get ready(): Promise<Socket> {
    return this.#started.promise;
  }

  get done(): Promise<number> {
    return this.#finished.promise;
  }

  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  finish(): void {
    this.#connection?.stream.write(Buffer.from([COPY_DONE, 0, 0, 0, 4]));
  }

  abandon(): void {
    this.#connection?.sendCopyFail('the source ended the copy');
  }

  // The rest is called by pg.

  submit(connection: Connection): void {
    this.#connection = connection;
    connection.query(this.#text);
  }

  handleCopyInResponse(): void {
    this.#started.resolve(this.#connection!.stream);
  }

  handleCommandComplete(message: { text?: string }): void {
    this.#rows = Number(/COPY (\d+)/.exec(message.text ?? '')?.[1] ?? 0);
  }

  handleError(error: Error): void {
    this.#connection = undefined;
    for (const each of [this.#started, this.#finished, this.#failed]) each.reject(error);
  }

  handleReadyForQuery(): void {
    this.#finished.resolve(this.#rows);
  }
}

class CopyOut {
  readonly #text: string;
  readonly #sink: Socket;
  #connection: Connection | undefined;
  #parserOfPg: ((chunk: Buffer) => void) | undefined;
  /** Of a header that was cut in two. */
  #header: Buffer = Buffer.alloc(0);
  /** Bytes of the current frame's payload still to come. */
  #left = 0;
  #forwarding = false;
  #finished = Promise.withResolvers<void>();
  bytes = 0;

  constructor(text: string, sink: Socket) {
    this.#text = text;
    this.#sink = sink;
    this.#finished.promise.catch(() => {});
  }

  get done(): Promise<void> {
    return this.#finished.promise;
  }

  /** The other end is broken: nothing more can be written, so this connection is of no use either. */
  fail(error: Error): void {
    if (this.#parserOfPg) this.#connection?.stream.destroy();
    this.#finished.reject(error);
  }

  submit(connection: Connection): void {
    this.#connection = connection;
    const { stream } = connection;
    this.#parserOfPg = stream.listeners('data')[0] as (chunk: Buffer) => void;
    stream.removeListener('data', this.#parserOfPg);
    stream.on('data', this.#onData);
    connection.query(this.#text);
  }

  handleError(error: Error): void {
    this.#giveBack(undefined);
    this.#finished.reject(error);
  }

  handleReadyForQuery(): void {
    this.#finished.resolve();
  }

  handleCommandComplete(): void {}

  handleCopyData(): void {}

  handleRowDescription(): void {}

  handleDataRow(): void {}

  #onData = (received: Buffer): void => {
    let chunk = received;
    if (this.#header.length > 0) {
      chunk = Buffer.concat([this.#header, received]);
      this.#header = Buffer.alloc(0);
    }
    let at = 0;
    let from = 0;
    for (;;) {
      const step = Math.min(this.#left, chunk.length - at);
      at += step;
      this.#left -= step;
      if (this.#left > 0 || at === chunk.length) break;
      if (at + HEADER > chunk.length) {
        this.#forward(chunk, from, at);
        this.#header = chunk.subarray(at);
        return;
      }
      const code = chunk[at]!;
      if (code !== COPY_DATA) {
        this.#forward(chunk, from, at);
        const end = at + 1 + chunk.readUInt32BE(at + 1);
        if (code !== COPY_OUT_RESPONSE && code !== COPY_DONE && !INTERSPERSED.has(code)) {
          this.#giveBack(chunk.subarray(at));
          return;
        }
        // Small, and of no use to the other side.
        if (end > chunk.length) {
          this.#header = chunk.subarray(at);
          return;
        }
        if (code === COPY_DONE) {
          this.#giveBack(chunk.subarray(end));
          return;
        }
        at = end;
        from = at;
        continue;
      }
      this.#left = chunk.readUInt32BE(at + 1) - 4;
      at += HEADER;
    }
    this.#forward(chunk, from, chunk.length);
  };

  #forward(chunk: Buffer, from: number, to: number): void {
    if (to <= from) return;
    this.bytes += to - from;
    const flowing = this.#sink.write(from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to));
    if (flowing || this.#forwarding) return;
    this.#forwarding = true;
    const stream = this.#connection!.stream;
    stream.pause();
    this.#sink.once('drain', () => {
      this.#forwarding = false;
      stream.resume();
    });
  }

  #giveBack(unread: Buffer | undefined): void {
    const parser = this.#parserOfPg;
    if (!parser) return;
    this.#parserOfPg = undefined;
    const { stream } = this.#connection!;
    stream.removeListener('data', this.#onData);
    stream.on('data', parser);
    if (unread && unread.length > 0) parser(unread);
    stream.resume();
  }
}

const HEADER = 5;
const COPY_DATA = 0x64; // d
const COPY_DONE = 0x63; // c
const COPY_OUT_RESPONSE = 0x48; // H
/** ParameterStatus, NoticeResponse and NotificationResponse may come at any time. */
const INTERSPERSED = new Set([0x53, 0x4e, 0x41]);
