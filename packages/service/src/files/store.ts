import { type Readable, Transform } from 'node:stream';

/** Files by names that a service gives them (UUIDs): nothing of what a user calls a file gets here. */
export type FileStore = {
  /** All of it or nothing is there afterwards. The body is read as it is stored, never whole in memory. */
  put(name: string, body: Readable, about: FileFacts): Promise<void>;
  /** Undefined if there is none of that name. */
  get(name: string): Promise<Readable | undefined>;
  /** That there is none is no error. */
  remove(name: string): Promise<void>;
  close(): Promise<void>;
};

export type FileFacts = {
  bytes: number;
  /** SHA-256, by which a store that can looks whether all has come. */
  digest: Buffer;
};

const NAME = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Throws on what is no UUID in lower case: names are parts of paths. */
export function checkName(name: string): string {
  if (!NAME.test(name)) throw new TypeError('A file is named by a UUID');
  return name;
}

/** Passes on what comes; fails at its end if that was another number of bytes. */
export function exactly(bytes: number): Transform {
  let came = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      came += chunk.length;
      done(null, chunk);
    },
    flush: (done) => done(came === bytes ? null : new Error(`${came} bytes came of a file of ${bytes}`)),
  });
}
