import type { ServicePart } from '@banyan/service';
import type pg from 'pg';
import { Type } from 'typebox';
import type { Purchase } from '../purchases/store.ts';
import { block } from '../purchases/store.ts';
import type { Screen } from '../withdrawals/withdrawal.ts';
import { review } from './cases.ts';
import { oneByOne, purchaseFacts, withdrawalFacts } from './facts.ts';
import { riskOf } from './fraud.ts';
import { suspicionsOf } from './laundering.ts';
import { openCase } from './open-case.ts';
import { type SanctionsList, sanctionsFile } from './sanctions.ts';

const RiskConfig = Type.Object({
  /** Countries out of which purchases are judged more strictly: ISO 3166-1, with commas between. */
  RISKY_COUNTRIES: Type.String({ default: '' }),
  /** The header in which the edge says where a request comes from. It must take it away from what clients send. */
  COUNTRY_HEADER: Type.String({ default: 'cf-ipcountry' }),
  /** Names of whom nothing may be paid, one a line. */
  SANCTIONS_FILE: Type.Optional(Type.String()),
});

export type Screening = {
  countryHeader: string;
  /** Judges a purchase before anybody is asked for money, in its transaction; blocks it if the risk is high. The purchase as it is then. */
  purchase(tx: pg.PoolClient, purchase: Purchase, country: string | null, now: Date): Promise<Purchase>;
  withdrawal: Screen;
  sanctions: SanctionsList;
};

/** Looks for fraud and laundered money. */
export const screening: ServicePart<Screening, typeof RiskConfig> = {
  config: RiskConfig,
  async start({ config }) {
    const risky = new Set(config.RISKY_COUNTRIES.split(',').map((country) => country.trim().toUpperCase()));
    const provided: Screening = {
      countryHeader: config.COUNTRY_HEADER.toLowerCase(),
      sanctions: await sanctionsFile(config.SANCTIONS_FILE),

      async purchase(tx, purchase, country, now) {
        await oneByOne(tx, purchase.userId);
        const risk = riskOf(await purchaseFacts(tx, purchase, country, now), risky);
        await tx.query('UPDATE purchases SET country = $2, risk = $3 WHERE id = $1', [
          ...[purchase.id, country, risk],
        ]);
        if (risk.level !== 'HIGH') return purchase;
        const { id, userId } = purchase;
        await openCase(tx, { kind: 'FRAUD', userId, subject: `purchase:${id}`, reasons: risk.reasons });
        return await block(tx, id);
      },

      async withdrawal(tx, withdrawal, now) {
        const reasons = suspicionsOf(await withdrawalFacts(tx, withdrawal, now));
        if (reasons.length > 0) await review(tx, withdrawal, reasons);
      },
    };
    return { provided, close: async () => {} };
  },
};
