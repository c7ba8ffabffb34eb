import { Type } from 'typebox';
import type { ServicePart } from '../parts/part.ts';
import { openFiles } from './open.ts';
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
