import { eventing } from '@banyan/events';
import { defineService, GatewayConfig, gatewayIssuer, personalData } from '@banyan/service';
import { contracts } from '../../contracts/payment.ts';
import { GATEWAY_ISSUER } from '../../kit/tokens.ts';
import { fromRows } from './facts.ts';
import { keeping } from './ledger/keeping.ts';
import { credits } from './ledger/part.ts';
import { moneyBack } from './money-back.ts';
import { purchasing } from './purchases/part.ts';
import { screening } from './risk/part.ts';
import { routes } from './routes.ts';
import { withdrawing } from './withdrawals/part.ts';
import { encryption } from './withdrawals/payees.ts';

/** Credits: wallets, holds, transfers, how they are bought, and how they are paid out. */
export const payment = defineService({
  name: 'payment',
  config: GatewayConfig,
  schema: new URL('schema.sql', import.meta.url),
  use: {
    personalData,
    ...{ events: eventing(contracts, { fromRows }), encryption },
    ...{ credits, keeping, screening, purchasing, moneyBack, withdrawing },
  },
  auth: { issuers: ({ config }) => gatewayIssuer(config, GATEWAY_ISSUER) },
  routes,
});

if (import.meta.main) await payment.run();
