import { defineSaga } from '@banyan/events';
import { type Erasure, erasePerson, type Signatures } from '@banyan/service';
import { type Static, Type } from 'typebox';
import { Uuid } from '../../../api/common.ts';
import { type Keeper, nameOf } from '../../../contracts/personal-data.ts';
import type { Keepers } from '../keepers.ts';
import { personalTables } from '../personal-data.ts';
import { proofOf } from './proof.ts';
import * as store from './store.ts';

export type ErasureHost = {
  keepers: Keepers;
  /** Whether there is such a service. */
  isThere(keeper: Keeper): boolean;
  signatures: Signatures;
  /** How many files of pictures there are of somebody; they are being removed. */
  filesOf(userId: string): Promise<number>;
};

/** Until it is done, whoever is away meanwhile: pauses double up to an hour, so that this is some weeks. There is no way back. */
const PATIENCE = { retries: 1_000, retryDelay: 'PT0.5S', timeout: 'PT30S' } as const;

/** Erases somebody everywhere, and ends with a proof of what was erased where. Each step may be done again, and says the same. */
export function erasureSaga({ keepers, isThere, signatures, filesOf }: ErasureHost) {
  const at = (keeper: Keeper) => ({
    ...PATIENCE,
    action: async (
      { input: { userId: person } }: { input: { userId: string } },
      { signal }: { signal: AbortSignal },
    ) => {
      if (!isThere(keeper)) return null;
      return complete(await keepers[nameOf(keeper, 'erasePerson')]({ params: { person } }, { signal }));
    },
  });
  return defineSaga('erase_person', {
    input: Type.Object({ userId: Uuid }),
    steps: (saga) =>
      saga
        .transaction('user', {
          ...PATIENCE,
          action: async ({ input: { userId } }, { tx }) =>
            complete(await erasePerson(tx, personalTables, userId)),
        })
        .step('pictures', {
          ...PATIENCE,
          action: async ({ input: { userId } }) => {
            const files = await filesOf(userId);
            if (files > 0) throw new Error(`still there: ${files} files of pictures`);
          },
        })
        .step('session', at('session'))
        .step('payment', at('payment'))
        .step('skill', at('skill'))
        .step('notification', at('notification'))
        .step('analytics', at('analytics'))
        .transaction('proof', {
          ...PATIENCE,
          action: async ({ input: { userId }, results: services }, { tx }) => {
            const asked = await store.findAsked(tx, userId);
            if (!asked) throw new Error('nobody has asked for this erasure');
            const { rows } = await tx.query<{ now: Date }>('SELECT now() AS now');
            const proof = proofOf({ ...asked, provenAt: rows[0]!.now, services });
            await store.keepProof(tx, userId, { proof, signature: signatures.sign(proof) });
          },
        }),
  });
}

/** Throws while something is still there, so that it is asked again. */
function complete({ awaited, ...done }: Static<typeof Erasure>) {
  const left = Object.entries(awaited).map(([what, rows]) => `${rows} of ${what}`);
  if (left.length > 0) throw new Error(`still there: ${left.join(', ')}`);
  return done;
}
