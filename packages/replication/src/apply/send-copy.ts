import type pg from 'pg';

/**
 * `COPY … FROM STDIN` with all of its data sent along, without waiting for the server to ask for it: one round trip.
 * `frames`: CopyData and CopyDone. Resolves with the number of rows. A server that refuses the command skips the data.
 * Statements without data may stand before it.
 */
export async function sendCopy(client: pg.ClientBase, text: string, frames: Buffer): Promise<number> {
  const copy = new SendCopy(text, frames);
  client.query(copy as unknown as pg.Submittable);
  return await copy.done;
}

class SendCopy {
  readonly #text: string;
  readonly #frames: Buffer;
  readonly #finished = Promise.withResolvers<number>();
  #rows = 0;

  constructor(text: string, frames: Buffer) {
    this.#text = text;
    this.#frames = frames;
  }

  get done(): Promise<number> {
    return this.#finished.promise;
  }

  // The rest is called by pg.

  submit(connection: pg.Connection): void {
    const { stream } = connection as unknown as { stream: NodeJS.WritableStream };
    connection.query(this.#text);
    stream.write(this.#frames);
  }

  handleCopyInResponse(): void {}

  handleCommandComplete({ text }: { text?: string }): void {
    this.#rows = Number(/COPY (\d+)/.exec(text ?? '')?.[1] ?? 0);
  }

  handleError(error: Error): void {
    this.#finished.reject(error);
  }

  handleReadyForQuery(): void {
    this.#finished.resolve(this.#rows);
  }
}
