import type { RequestListener } from 'node:http';
import * as double from '@banyan/harness/gateway-double';
import { GATEWAY_ISSUER, LEGACY_ISSUER } from '../tokens.ts';

export type { GatewayDouble } from '@banyan/harness/gateway-double';

/** The gateway as a service of this system sees it. `answer` stands for the rest of the system; without it there is none. */
export async function startGatewayDouble(answer?: RequestListener): Promise<double.GatewayDouble> {
  return await double.startGatewayDouble({ gateway: GATEWAY_ISSUER, legacy: LEGACY_ISSUER }, answer);
}
