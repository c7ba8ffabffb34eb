import { Type } from 'typebox';
import type { ServicePart } from '../parts/part.ts';
import type { FileDrop } from './drop.ts';
import { openDrop, openFiles } from './open.ts';
import type { FileStore } from './store.ts';

/**
 * A store of files, as a part of a service: `use: { pictures: files({ variable: 'PICTURE_STORE', folder: '.banyan/pictures' }) }`. The
 * variable says where it is (`openFiles`); left out, it is the folder.
 */
export function files({ variable, folder }: { variable: string; folder: string }): ServicePart<FileStore> {
  return {
    config: Type.Object({
      /** `file:<folder>`, or `s3://<bucket>/<prefix>?region=<region>&endpoint=<url>`. */
      [variable]: Type.String({ minLength: 1, default: `file:${folder}` }),
    }),
    async start({ config }) {
      const provided = await openFiles((config as Record<string, string>)[variable]!);
      return { provided, close: () => provided.close() };
    },
  };
}

/** A place where another program puts files, by such a URL; undefined where the variable is left out. */
export function fileDrop({ variable }: { variable: string }): ServicePart<FileDrop | undefined> {
  return {
    config: Type.Object({
      /** `file:<folder>`, or `s3://<bucket>/<prefix>?region=<region>&endpoint=<url>`. */
      [variable]: Type.Optional(Type.String({ minLength: 1 })),
    }),
    async start({ config }) {
      const url = (config as Record<string, string | undefined>)[variable];
      const provided = url === undefined ? undefined : await openDrop(url);
      return { provided, close: async () => await provided?.close() };
    },
  };
}
