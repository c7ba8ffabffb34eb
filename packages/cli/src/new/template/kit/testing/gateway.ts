import * as double from '@banyan/harness/gateway-double';
import { GATEWAY_ISSUER } from '../issuers.ts';

export type { GatewayDouble } from '@banyan/harness/gateway-double';

/** The gateway as a service sees it: its public keys, and tokens that it signs. */
export async function startGatewayDouble(): Promise<double.GatewayDouble> {
  return await double.startGatewayDouble({ gateway: GATEWAY_ISSUER, legacy: 'template' });
}
