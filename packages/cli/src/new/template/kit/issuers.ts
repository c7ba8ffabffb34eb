import { GatewayConfig, gatewayIssuer, type TrustedIssuer } from '@banyan/service';
import type { Static } from 'typebox';

export const GATEWAY_ISSUER = 'template-gateway';

/** What a service must be told to know whose tokens are good. */
export const IssuerConfig = GatewayConfig;

/** Whose tokens a service takes: those of the gateway. */
export function issuersOf(config: Static<typeof IssuerConfig>): TrustedIssuer[] {
  return gatewayIssuer(config, GATEWAY_ISSUER);
}
