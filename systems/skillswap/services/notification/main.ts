import { eventing } from '@banyan/events';
import { delivery, notificationSignals, streams, type Telling, telling } from '@banyan/notifications';
import { defineService, GatewayConfig, gatewayIssuer, keyValues, personalData } from '@banyan/service';
import { GATEWAY_ISSUER } from '../../kit/tokens.ts';
import { fromRows } from './facts.ts';
import { contracts, followOthers } from './follow.ts';
import { routes } from './routes.ts';
import { skillswap } from './skillswap.ts';

/** What people are told of, by which ways, and whether they have read it. */
export const notification = defineService({
  name: 'notification',
  config: GatewayConfig,
  schema: new URL('schema.sql', import.meta.url),
  use: {
    personalData,
    limits: keyValues(),
    signals: notificationSignals(),
    telling: telling(skillswap),
    events: eventing(contracts, ({ provided }) => ({
      on: followOthers(provided.telling as Telling),
      fromRows,
    })),
    delivery,
    streams,
  },
  auth: { issuers: ({ config }) => gatewayIssuer(config, GATEWAY_ISSUER) },
  routes,
});

if (import.meta.main) await notification.run();
