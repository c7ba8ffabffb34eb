import { connect, type Socket } from 'node:net';

/** One keep-alive connection of a load generator, one request at a time, with as little work a request as Node allows. */
export class RawConnection {
  readonly #socket: Socket;
  readonly #answered: (connection: RawConnection, ok: boolean) => void;
  /** Bytes of the answer; -1 until its head has been read. */
  #expected = -1;
  #received = 0;
  #ok = false;
  /** Of the last answer: one as long that arrives whole is not parsed again. */
  #usual = -1;

  /** `answered` is called for each whole answer; `failed` when the connection breaks. */
  constructor(
    port: number,
    answered: (connection: RawConnection, ok: boolean) => void,
    failed: (connection: RawConnection) => void,
  ) {
    this.#answered = answered;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('error', () => failed(this));
    this.#socket.on('data', (chunk) => this.#read(chunk));
  }

  send(request: Buffer): void {
    this.#socket.write(request);
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#expected === -1) {
      this.#ok = chunk.toString('latin1', 0, 12) === 'HTTP/1.1 200';
      this.#expected = chunk.length === this.#usual ? this.#usual : lengthOf(chunk);
      this.#received = 0;
    }
    this.#received += chunk.length;
    if (this.#received < this.#expected) return;
    this.#usual = this.#expected;
    this.#expected = -1;
    this.#answered(this, this.#ok);
  }
}

/** Of the whole answer whose head `chunk` begins with. */
function lengthOf(chunk: Buffer): number {
  const head = chunk.toString('latin1');
  return head.indexOf('\r\n\r\n') + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
}

export function requestsOf({
  port,
  path,
  tokens,
}: {
  port: number;
  path: string;
  tokens: string[];
}): Buffer[] {
  return tokens.map((token) =>
    Buffer.from(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\nAccept: application/json\r\n\r\n`,
    ),
  );
}

/** `latencies` in milliseconds, in any order. */
export function percentilesOf(latencies: Float64Array): { p50Ms: number; p99Ms: number } {
  const sorted = latencies.sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}
