import type { Events } from '@banyan/events';
import {
  createSignatures,
  EncryptionConfig,
  repeatedWork,
  type ServicePart,
  type Signatures,
} from '@banyan/service';
import { Type } from 'typebox';
import type { contracts } from '../../../contracts/user.ts';
import type { erasureSaga } from './saga.ts';
import * as store from './store.ts';

/** By which proofs are signed, and links to them. */
export const proofSignatures: ServicePart<Signatures, typeof EncryptionConfig> = {
  config: EncryptionConfig,
  start: async ({ config }) => ({
    provided: createSignatures(config.ENCRYPTION_KEYS, 'erasure-proof'),
    close: async () => {},
  }),
};

const ErasingConfig = Type.Object({
  /** How long until a process looks again whether somebody is to be erased, s. */
  ERASURE_LOOK_SECONDS: Type.Number({ minimum: 0.01, default: 2 }),
});

const AT_ONCE = 20;

/** Begins the erasure of everybody of whom it is written down here, whoever has written it: this service, or the monolith, whose rows links bring. */
export const erasing: ServicePart<{ wake(): void }, typeof ErasingConfig> = {
  config: ErasingConfig,
  async start(host) {
    const { sagas } = host.provided.events as Events<typeof contracts, ReturnType<typeof erasureSaga>>;
    const work = repeatedWork(host, {
      'begin erasures': {
        everyMs: host.config.ERASURE_LOOK_SECONDS * 1_000,
        run: async () => {
          const found = await store.listNew(host.pool, AT_ONCE);
          for (const userId of found) {
            // Twice is once, by its id.
            await sagas.start('erase_person', { userId }, { id: `erasure-${userId}` });
            await store.noteBegun(host.pool, userId);
          }
          return found.length === AT_ONCE;
        },
      },
    });
    return { ...work, provided: { wake: () => work.wake('begin erasures') } };
  },
};
