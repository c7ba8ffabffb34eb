import { leasedQueue, leasedRows, repeatedWork, type ServicePart } from '@banyan/service';
import { Type } from 'typebox';
import { type Keeper, nameOf } from '../../../contracts/personal-data.ts';
import { type Keepers, KeepersConfig, keepersIn } from '../keepers.ts';
import * as store from './store.ts';

const ArchiveConfig = Type.Object({
  ...KeepersConfig.properties,
  /** How long until a process looks again whether an archive is to be made, ms. */
  ARCHIVE_LOOK_MS: Type.Integer({ minimum: 10, default: 1_000 }),
  /** So long it can be fetched. */
  ARCHIVE_DAYS: Type.Number({ minimum: 0, default: 7 }),
});

export type Archiving = {
  wake(): void;
};

const AGAIN_MS = 5_000;
const SWEEP_MS = 600_000;

const rows = leasedRows<store.Archive>({
  table: 'archives',
  key: 'id',
  columns: store.ARCHIVE,
  where: 'due_at IS NOT NULL',
  leaseMs: 120_000,
});

/** Makes archives: asks each service what it has of somebody, until all have said it; and forgets those that are old. */
export const archiving: ServicePart<Archiving, typeof ArchiveConfig> = {
  config: ArchiveConfig,
  async start(host) {
    const { pool, config } = host;
    const keepers = host.provided.keepers as Keepers;
    const queue = leasedQueue(host, 'make archives', {
      most: 2,
      everyMs: config.ARCHIVE_LOOK_MS,
      lease: (most, inHand) => rows.lease(pool, most, inHand),
      handle: async (row) => {
        const missing = keepersIn(config).filter((keeper) => !row.said.includes(keeper));
        const failed = await Promise.all(missing.map((keeper) => add(keeper, row)));
        const isWhole = failed.every((error) => error === undefined);
        if (isWhole) await store.finish(pool, row.id);
        await rows.release(pool, row, isWhole ? null : AGAIN_MS);
        if (!isWhole) host.log.warn({ err: failed.find(Boolean) }, 'an archive waits for a service');
      },
    });
    const add = async (keeper: Keeper, { id, userId: person }: store.Archive): Promise<unknown> => {
      try {
        const said = await keepers[nameOf(keeper, 'archivePerson')]({ params: { person } });
        await store.add(pool, id, keeper, said);
        return undefined;
      } catch (error) {
        return error;
      }
    };
    const sweeping = repeatedWork(host, {
      'forget old archives': {
        everyMs: SWEEP_MS,
        inOneProcess: true,
        run: () => store.forgetOld(pool, config.ARCHIVE_DAYS),
      },
    });
    return {
      provided: { wake: queue.wake },
      open: async () => void (await Promise.all([queue.open(), sweeping.open()])),
      close: async () => void (await Promise.all([queue.close(), sweeping.close()])),
    };
  },
};
