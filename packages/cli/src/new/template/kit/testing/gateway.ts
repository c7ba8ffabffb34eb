import * as harness from '@banyan/harness/testing';
import { GATEWAY_ISSUER } from '../issuers.ts';

export type { GatewayDouble } from '@banyan/harness/testing';

/** The gateway as a service sees it: its public keys, and tokens that it signs. */
export async function startGatewayDouble(): Promise<harness.GatewayDouble> {
  return await harness.startGatewayDouble({ gateway: GATEWAY_ISSUER, legacy: 'template' });
}
