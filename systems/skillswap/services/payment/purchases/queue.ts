import { type LeasedQueue, type LeasedRows, leasedQueue, type PartHost } from '@banyan/service';
import { type Static, Type } from 'typebox';
import { isWriter, unlessNotWriter } from '../ledger/writer.ts';
import { nextLookMs } from './decide.ts';
import { ProviderError } from './provider.ts';

export const LookConfig = Type.Object({
  /** How long until a process looks again whether a payment is to be looked at. */
  PAYMENT_LOOK_MS: Type.Integer({ minimum: 10, default: 1_000 }),
  /** How long until a payment is asked about again that is not over, the first time; then ever longer. */
  PAYMENT_AGAIN_MS: Type.Integer({ minimum: 1, default: 2_000 }),
});

/** Longer than all that a provider is asked for one row. */
export const LEASE_MS = 90_000;
const MOST_AT_ONCE = 4;

type Host = Pick<PartHost<Static<typeof LookConfig>>, 'pool' | 'log' | 'metrics' | 'config'>;

/**
 * Works off rows about which a provider has to be asked until they are over: `advance` says whether one is. While it does not answer well, the longer the later.
 * As long as credits are this service's to move, or the monolith's, which goes on with what is open: what it leaves is due at once when they are ours again.
 */
export function providerQueue<Row>(
  host: Host,
  name: string,
  {
    rows,
    advance,
    whileOurs = true,
  }: { rows: LeasedRows<Row>; advance: (row: Row) => Promise<boolean>; whileOurs?: boolean },
): LeasedQueue {
  const { pool, config } = host;
  const isTime = async () => (await isWriter(pool)) === whileOurs;
  return leasedQueue<Row>(host, name, {
    most: MOST_AT_ONCE,
    everyMs: config.PAYMENT_LOOK_MS,
    lease: async (most, inHand) => ((await isTime()) ? await rows.lease(pool, most, inHand) : []),
    handle: async (row) => {
      // A step may have come since.
      const isOver = (await isTime()) && (await advance(row).catch(notKnown));
      await rows.release(pool, row, isOver ? null : nextLookMs(row.attempt, config.PAYMENT_AGAIN_MS));
    },
  });
}

/** Then it is asked again. */
function notKnown(error: unknown): false {
  if (!(error instanceof ProviderError)) unlessNotWriter(error as { code?: string });
  return false;
}
