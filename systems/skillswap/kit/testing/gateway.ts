import type { RequestListener } from 'node:http';
import * as harness from '@banyan/harness/testing';
import { GATEWAY_ISSUER, LEGACY_ISSUER } from '../tokens.ts';

/** The gateway as a service of this system sees it. `answer` stands for the rest of the system; without it there is none. */
export async function startGatewayDouble(answer?: RequestListener): Promise<harness.GatewayDouble> {
  return await harness.startGatewayDouble({ gateway: GATEWAY_ISSUER, legacy: LEGACY_ISSUER }, answer);
}
