import { generateKeyPairSync } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { JWKS_PATH, TokenSigner } from '@banyan/gateway/token-signer';
import { type JWTPayload, jwtVerify } from 'jose';

/** The gateway as a service sees it: public keys below its URL, tokens that it signs, and the rest of the system behind it. */
export type GatewayDouble = {
  url: string;
  /** For the plan. */
  privateKey: string;
  /** What a service gets for a good token of the legacy system. */
  token(id: number | string, role?: string): string;
  /** What it gets for this one: a good one is exchanged, any other goes as it came. */
  exchange(token: string, secret: string): Promise<string>;
  close(): void;
};

/** `gateway` and `legacy`: in whose name it signs, and whose tokens it takes. `answer` stands for the rest of the system; without it there is none. */
export async function startGatewayDouble(
  { gateway, legacy }: { gateway: string; legacy: string },
  answer: RequestListener = notFound,
): Promise<GatewayDouble> {
  const key = generateKeyPairSync('ed25519').privateKey;
  const privateKey = key.export({ type: 'pkcs8', format: 'pem' }) as string;
  const signer = new TokenSigner({ issuer: gateway, privateKeys: [privateKey] });
  const server = createServer((request, response) => {
    if (request.url === JWKS_PATH) response.end(signer.jwks);
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const signed = (claims: JWTPayload) =>
    signer.sign({ iss: legacy, ...claims }, Date.now()).authorization.slice('Bearer '.length);
  return {
    privateKey,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: (id, role = 'user') => signed({ sub: String(id), role }),
    exchange: async (token, secret) => {
      const key = new TextEncoder().encode(secret);
      const good = await jwtVerify(token, key, { issuer: legacy, algorithms: ['HS256'] }).catch(() => null);
      return good === null ? token : signed(good.payload);
    },
    close: () => void server.close(),
  };
}

const notFound: RequestListener = (_request, response) => {
  response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
};
