import { withTransaction } from '@banyan/postgres';
import { type FileStore, leasedQueue, repeatedWork, type ServicePart } from '@banyan/service';
import { Type } from 'typebox';
import * as store from './store.ts';

const PictureConfig = Type.Object({
  /** How long until a process looks again whether a file is to be removed, ms. */
  PICTURES_LOOK_MS: Type.Integer({ minimum: 10, default: 5_000 }),
  /** And whether one is shown no more, s. */
  PICTURES_SWEEP_SECONDS: Type.Number({ minimum: 0.01, default: 60 }),
});

export type Pictures = { wake(): void };

/** Removes the files of pictures that are shown no more: before their rows, so that none is forgotten. */
export const removingPictures: ServicePart<Pictures, typeof PictureConfig> = {
  config: PictureConfig,
  async start(host) {
    const { pool, config } = host;
    const files = host.provided.files as FileStore;
    const queue = leasedQueue(host, 'remove pictures', {
      most: 4,
      everyMs: config.PICTURES_LOOK_MS,
      lease: (most, inHand) => store.fileRows.lease(pool, most, inHand),
      handle: async (row) => {
        await files.remove(row.name);
        await withTransaction(pool, async (tx) => {
          if (await store.fileRows.release(tx, row, null))
            await tx.query('DELETE FROM picture_files WHERE name = $1', [row.name]);
        });
      },
    });
    const sweeping = repeatedWork(host, {
      'drop pictures that are not shown': {
        everyMs: config.PICTURES_SWEEP_SECONDS * 1_000,
        inOneProcess: true,
        run: () => store.dropUnshown(pool),
      },
    });
    return {
      provided: { wake: queue.wake },
      open: async () => void (await Promise.all([queue.open(), sweeping.open()])),
      close: async () => void (await Promise.all([queue.close(), sweeping.close()])),
    };
  },
};
