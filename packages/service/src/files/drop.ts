import type { Readable } from 'node:stream';

/** Where another program puts files, by names of its own: they are read and removed, and nothing is put there. */
export type FileDrop = {
  /** Undefined if there is none of that name. */
  get(name: string): Promise<Readable | undefined>;
  /** That there is none is no error. */
  remove(name: string): Promise<void>;
  close(): Promise<void>;
};

const NAME = /^[\w-][\w.-]{0,254}$/;

/** Throws on what could be a path: what lies in folders below is not reached. */
export function checkDropName(name: string): string {
  if (!NAME.test(name)) throw new TypeError('A file in a drop is named by letters, digits, dots and dashes');
  return name;
}
