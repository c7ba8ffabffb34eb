import { ConfigError } from '@banyan/service';
import type { AuthorizationServer, Client, ClientAuth } from 'oauth4webapi';
import * as oauth from 'oauth4webapi';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';

const Url = Type.String({ pattern: '^https?://' });

const Stated = Type.Object({
  name: Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$' }),
  issuer: Url,
  /** Of a provider that has no discovery; else it says them itself. */
  endpoints: Type.Optional(Type.Object({ authorization: Url, token: Url, revocation: Type.Optional(Url) })),
  client_id: Type.String({ minLength: 1 }),
  /** Left out: a public client. */
  client_secret: Type.Optional(Type.String({ minLength: 1 })),
  scopes: Type.Array(Type.String({ minLength: 1 })),
  /** The page of the web application to which people come back. */
  redirect_uri: Url,
  /** More parameters of the authorization: Google gives a refresh token for `{"access_type":"offline","prompt":"consent"}` only. */
  parameters: Type.Optional(Type.Record(Type.String(), Type.String())),
});
const List = Type.Array(Stated, { maxItems: 50 });

export type Provider = {
  name: string;
  scopes: string[];
  redirectUri: string;
  parameters: Record<string, string>;
  client: Client;
  authentication: ClientAuth;
  /** Options of each request to it. */
  options: { [oauth.allowInsecureRequests]?: true; signal?: () => AbortSignal };
  /** What it says of itself, asked for once an hour. Rejects while it cannot be asked. */
  metadata(): Promise<AuthorizationServer>;
};

/** In the place of a provider: a calendar server that takes a name and a password. */
export const CALDAV = 'caldav';

const TIMEOUT_MS = 10_000;
const KNOWN_FOR_MS = 3_600_000;

/** By name, as `OAUTH_PROVIDERS` has them. Throws `ConfigError`, which shows no secret. */
export function providersIn(text: string | undefined): ReadonlyMap<string, Provider> {
  if (text === undefined) return new Map();
  let list: Static<typeof List>;
  try {
    list = Value.Parse(List, JSON.parse(text));
  } catch {
    throw bad('is no list of providers');
  }
  for (const { name, issuer } of list)
    if (isPlain(issuer) && !['127.0.0.1', 'localhost', '[::1]'].includes(new URL(issuer).hostname))
      throw bad(`has the provider ${name} without TLS, which only one on this machine may be`);
  const providers = new Map(list.map((stated) => [stated.name, providerOf(stated)]));
  if (providers.size < list.length) throw bad('has two providers of one name');
  if (providers.has(CALDAV))
    throw bad(`has a provider of the name ${CALDAV}, which is that of calendar servers`);
  return providers;
}

function providerOf({ name, issuer, endpoints, ...stated }: Static<typeof Stated>): Provider {
  const { client_id, client_secret: secret, scopes, redirect_uri, parameters = {} } = stated;
  const options = {
    ...(isPlain(issuer) ? { [oauth.allowInsecureRequests]: true as const } : {}),
    signal: () => AbortSignal.timeout(TIMEOUT_MS),
  };
  let known: { metadata: AuthorizationServer; until: number } | undefined;
  const discover = async () => {
    const url = new URL(issuer);
    const response = await oauth.discoveryRequest(url, { ...options, algorithm: 'oidc' });
    return await oauth.processDiscoveryResponse(url, response);
  };
  return {
    name,
    scopes,
    redirectUri: redirect_uri,
    parameters,
    client: { client_id },
    authentication: secret === undefined ? oauth.None() : oauth.ClientSecretBasic(secret),
    options,
    metadata: async () => {
      if (endpoints)
        return {
          issuer,
          authorization_endpoint: endpoints.authorization,
          token_endpoint: endpoints.token,
          ...(endpoints.revocation === undefined ? {} : { revocation_endpoint: endpoints.revocation }),
        };
      if (!known || known.until < Date.now())
        known = { metadata: await discover(), until: Date.now() + KNOWN_FOR_MS };
      return known.metadata;
    },
  };
}

function isPlain(url: string): boolean {
  return new URL(url).protocol === 'http:';
}

function bad(message: string): ConfigError {
  return new ConfigError([
    {
      variable: 'OAUTH_PROVIDERS',
      message,
      hint: 'JSON such as [{"name":"google","issuer":"https://accounts.google.com","client_id":"...","client_secret":"...","scopes":["openid","email"],"redirect_uri":"https://app.example.com/connected"}]',
    },
  ]);
}
