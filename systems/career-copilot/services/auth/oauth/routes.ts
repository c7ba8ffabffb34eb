import type { ServiceApp, TokenSigner } from '@banyan/service';
import { API } from '../../../api/common.ts';
import { JWKS_PATH } from '../../../kit/tokens.ts';
import { authorizeRoutes, type OAuthContext } from './authorize-routes.ts';
import { clientRoutes } from './client-routes.ts';
import { SCOPES } from './decide.ts';
import { oauthForms } from './forms.ts';
import { tokenRoutes } from './token-routes.ts';
import { createOAuthTokens } from './tokens.ts';

/** Where its metadata are (RFC 8414). */
const METADATA_PATH = '/.well-known/oauth-authorization-server';
const PREFIX = `${API}/oauth`;

/**
 * An authorization server by OAuth 2.1 and RFC 9700: authorization codes with PKCE and nothing else, addresses that are compared as
 * text, codes and refresh tokens that are good once, and what comes twice ends all that came of it.
 */
export async function oauthRoutes(
  app: ServiceApp,
  context: OAuthContext & { signer: TokenSigner },
): Promise<void> {
  const { pool, signer, issuer } = context;
  app.get(METADATA_PATH, { config: { allow: 'everybody' }, schema: { hide: true } }, async () =>
    metadataOf(issuer),
  );
  await app.register(
    async (oauth: ServiceApp) => {
      oauthForms(oauth);
      authorizeRoutes(oauth, context);
      tokenRoutes(oauth, pool, createOAuthTokens(pool, signer, issuer));
    },
    { prefix: PREFIX },
  );
  await app.register(async (api: ServiceApp) => clientRoutes(api, pool), { prefix: API });
}

function metadataOf(issuer: string) {
  const at = (path: string) => `${issuer}${PREFIX}/${path}`;
  const methods = ['client_secret_basic', 'client_secret_post'];
  return {
    issuer,
    authorization_endpoint: at('authorize'),
    token_endpoint: at('token'),
    revocation_endpoint: at('revoke'),
    introspection_endpoint: at('introspect'),
    jwks_uri: `${issuer}${JWKS_PATH}`,
    scopes_supported: Object.keys(SCOPES),
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: [...methods, 'none'],
    revocation_endpoint_auth_methods_supported: [...methods, 'none'],
    introspection_endpoint_auth_methods_supported: methods,
    authorization_response_iss_parameter_supported: true,
  };
}
