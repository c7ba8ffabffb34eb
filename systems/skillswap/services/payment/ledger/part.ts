import type { Events } from '@banyan/events';
import type { ServicePart } from '@banyan/service';
import { Type } from 'typebox';
import type { contracts } from '../../../contracts/payment.ts';
import { type Credits, creditsBy } from './credits.ts';
import { together } from './together.ts';

const CreditsConfig = Type.Object({
  /** How much that waits at the same time is done in one transaction, at most. */
  LEDGER_GROUP: Type.Integer({ minimum: 1, maximum: 1_000, default: 100 }),
  /** Transactions that move credits at the same time, in each process. */
  LEDGER_LANES: Type.Integer({ minimum: 1, default: 2 }),
});

/** Moves credits between people. */
export const credits: ServicePart<Credits, typeof CreditsConfig> = {
  config: CreditsConfig,
  async start({ config, pool, provided }) {
    const { LEDGER_GROUP: most, LEDGER_LANES: lanes } = config;
    const events = provided.events as Events<typeof contracts>;
    return { provided: creditsBy(together(pool, { most, lanes }), events), close: async () => {} };
  },
};
