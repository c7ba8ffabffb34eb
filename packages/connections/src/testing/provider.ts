import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { OAuth2Server } from 'oauth2-mock-server';

type Asked = { path: 'token' | 'revoke'; body: Record<string, string> };

/** An OpenID provider: discovery, code with PKCE, refreshing, revoking. */
export type ProviderDouble = {
  /** An entry of `OAUTH_PROVIDERS`, without its name and scopes. */
  entry: { issuer: string; client_id: string; client_secret: string; redirect_uri: string };
  /** What was asked of the places of tokens, in order. */
  asked: Asked[];
  /** What becomes of the next answers of its token endpoint. */
  onToken(answer: { body: Record<string, unknown> | '' | undefined; statusCode: number }): void;
  /** And of those of the place that takes tokens back. */
  onRevoke(answer: { statusCode: number }): void;
  /** All is as at first. */
  reset(): void;
  /** The way of a person who says yes at the address where we have sent them: the query with which they come back. */
  sayYes(authorizationUrl: string): Promise<string>;
  stop(): Promise<void>;
};

const REDIRECT = 'https://app.example.com/connected';

/** @param account whose it says that an account is. */
export async function startProvider(account = 'ada@example.com'): Promise<ProviderDouble> {
  const server = new OAuth2Server();
  await server.issuer.keys.generate('RS256');
  await server.start(0, '127.0.0.1');
  const issuer = `http://127.0.0.1:${server.address().port}`;
  server.issuer.url = issuer;
  const double: ProviderDouble = {
    entry: { issuer, client_id: 'app', client_secret: 'secret', redirect_uri: REDIRECT },
    asked: [],
    onToken: () => {},
    onRevoke: () => {},
    reset: () => Object.assign(double, { asked: [], onToken: () => {}, onRevoke: () => {} }),
    sayYes: async (authorizationUrl) => {
      const answer = await fetch(authorizationUrl, { redirect: 'manual' });
      const back = new URL(answer.headers.get('location')!);
      assert.equal(back.origin + back.pathname, REDIRECT);
      return back.search.slice(1);
    },
    stop: () => server.stop(),
  };
  server.service.on('beforeTokenSigning', (token) => {
    if (token.payload.nonce !== undefined || token.payload.aud === 'app') token.payload.email = account;
  });
  server.service.on('beforeResponse', (answer, request) => {
    double.asked.push({ path: 'token', body: request.body as unknown as Record<string, string> });
    double.onToken(answer as never);
  });
  server.service.on('beforeRevoke', (answer, request) => {
    const one: Asked = { path: 'revoke', body: {} };
    double.asked.push(one);
    double.onRevoke(answer);
    // Which it does not read itself.
    text(request).then((form) => Object.assign(one.body, Object.fromEntries(new URLSearchParams(form))));
  });
  return double;
}
