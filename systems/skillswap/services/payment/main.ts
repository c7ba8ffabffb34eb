import { eventing } from '@banyan/events';
import { defineService, GatewayConfig, gatewayIssuer } from '@banyan/service';
import { contracts } from '../../contracts/payment.ts';
import { GATEWAY_ISSUER } from '../../kit/tokens.ts';
import { keeping } from './ledger/keeping.ts';
import { credits } from './ledger/part.ts';
import { moneyBack } from './money-back.ts';
import { purchasing } from './purchases/part.ts';
import { routes } from './routes.ts';

/** Credits: wallets, holds, transfers, and how they are bought. */
export const payment = defineService({
  name: 'payment',
  config: GatewayConfig,
  schema: new URL('schema.sql', import.meta.url),
  use: { events: eventing(contracts, {}), credits, keeping, purchasing, moneyBack },
  auth: { issuers: ({ config }) => gatewayIssuer(config, GATEWAY_ISSUER) },
  routes,
});

if (import.meta.main) await payment.run();
