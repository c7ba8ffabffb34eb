import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TokenSigner } from '@banyan/gateway/token-signer';
import { GATEWAY_ISSUER, GATEWAY_JWKS_PATH } from '../issuers.ts';

export type GatewayDouble = { url: string; token(id: number): string; close(): void };

/** The gateway as a service sees it: its public keys, and tokens that it signs. */
export async function startGatewayDouble(): Promise<GatewayDouble> {
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  const signer = new TokenSigner({ issuer: GATEWAY_ISSUER, privateKeys: [String(key)] });
  const server = createServer((request, response) => {
    response.end(request.url === GATEWAY_JWKS_PATH ? signer.jwks : '{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: (id) => signer.sign({ sub: String(id) }, Date.now()).authorization.slice('Bearer '.length),
    close: () => void server.close(),
  };
}
