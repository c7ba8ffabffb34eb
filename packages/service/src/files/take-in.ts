import { createHash } from 'node:crypto';
import { addAbortSignal, type Readable } from 'node:stream';
import type { FileDrop } from './drop.ts';
import type { FileFacts, FileStore } from './store.ts';

export type TakingIn = {
  drop: FileDrop;
  /** As whoever put it there calls it. */
  from: string;
  files: FileStore;
  /** As it is called in the store. */
  as: string;
  /** A file with more is not taken. */
  mostBytes: number;
  signal: AbortSignal;
};

/**
 * Copies a file from a drop into a store, where it is whole or not at all, however often this is done. It is read twice, since a store is told
 * what comes, and never whole in memory. It stays in the drop.
 */
export async function takeIn({
  drop,
  from,
  files,
  as,
  mostBytes,
  signal,
}: TakingIn): Promise<FileFacts | 'missing' | 'too-large'> {
  const read = async () => {
    const body = await drop.get(from);
    return body && addAbortSignal(signal, body);
  };
  const first = await read();
  if (!first) return 'missing';
  const facts = await factsOf(first, mostBytes);
  if (!facts) return 'too-large';
  const second = await read();
  if (!second) return 'missing';
  await files.put(as, second, facts);
  return facts;
}

/** Undefined: it has more. */
async function factsOf(body: Readable, mostBytes: number): Promise<FileFacts | undefined> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of body) {
    bytes += (chunk as Buffer).length;
    if (bytes > mostBytes) return undefined;
    hash.update(chunk as Buffer);
  }
  return { bytes, digest: hash.digest() };
}
