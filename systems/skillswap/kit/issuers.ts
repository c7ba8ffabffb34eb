import { GatewayConfig, gatewayIssuer, type TrustedIssuer } from '@banyan/service';
import type { Static } from 'typebox';
import { GATEWAY_ISSUER } from './tokens.ts';

/** What a service must be told to know whose tokens are good. */
export const IssuerConfig = GatewayConfig;

/** Whose tokens a service takes: the gateway's, whoever let the user in. */
export function issuersOf(config: Static<typeof IssuerConfig>): TrustedIssuer[] {
  return gatewayIssuer(config, GATEWAY_ISSUER);
}
