import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import type { Connection, ResponseHandler } from '../upstream/connection.ts';
import type { Origin } from '../upstream/origin.ts';
import type { Answer } from './compare.ts';

export type AskOptions = {
  method: string;
  target: string;
  headers: string[];
  timeoutMs: number;
  maxBytes: number;
};

/** Resolves to the answer, to 'too-large', or to 'failed' when none came. Never rejects. */
export function ask(origin: Origin, options: AskOptions): Promise<Answer | 'too-large' | 'failed'> {
  return new Promise((resolve) => {
    const capture = new Capture(options.maxBytes);
    const handler: ResponseHandler = {
      connection: null as Connection | null,
      onSent() {},
      onHead: (status, headers) => capture.head(status, headers),
      onData: (chunk) => capture.add(chunk),
      onEnd: () => resolve(capture.answer()),
      onError: () => resolve('failed'),
    };
    const { method, target: path, headers, timeoutMs } = options;
    origin.send(
      { method, path, headers, body: null, client: 'shadow', timeoutMs, abandonedWriteMs: 0 },
      handler,
    );
  });
}

/** Collects an answer while it passes by, up to a size. */
export class Capture {
  readonly #max: number;
  #chunks: Buffer[] = [];
  #size = 0;
  #status = 0;
  #headers: readonly string[] = [];

  constructor(maxBytes: number) {
    this.#max = maxBytes;
  }

  head(status: number, headers: readonly string[]): void {
    this.#status = status;
    this.#headers = headers;
  }

  /** Copies the chunk. */
  add(chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size <= this.#max) this.#chunks.push(Buffer.from(chunk));
    else this.#chunks = [];
  }

  async answer(): Promise<Answer | 'too-large'> {
    if (this.#size > this.#max) return 'too-large';
    const headers: Record<string, string> = {};
    for (let i = 0; i < this.#headers.length; i += 2) {
      const name = this.#headers[i]!.toLowerCase();
      const value = this.#headers[i + 1]!;
      headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
    }
    const body = await decode(Buffer.concat(this.#chunks), headers['content-encoding'], this.#max);
    return body === null ? 'too-large' : { status: this.#status, headers, body: body.toString('utf8') };
  }
}

const DECODERS: Record<string, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
};

/** Null when it decodes to more than `max`, or not at all. */
async function decode(body: Buffer, encoding: string | undefined, max: number): Promise<Buffer | null> {
  if (encoding === undefined || body.length === 0 || encoding === 'identity') return body;
  const decoder = DECODERS[encoding.trim().toLowerCase()];
  if (!decoder) return body;
  return decoder(body, { maxOutputLength: max }).catch(() => null);
}
