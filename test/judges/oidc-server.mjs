#!/usr/bin/env node
/**
 * oidc-provider with one client and a page on which anybody may say who they are. Copied beside the package by `npm run judges -- --install`;
 * its argument is the port.
 */
// By a name that is looked for when it runs: it is installed beside the copy of this file, not here.
const installed = 'oidc-provider';
const { default: Provider } = await import(installed);

const port = Number(process.argv[2]);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: 'app',
      client_secret: 'secret',
      redirect_uris: ['http://127.0.0.1/connected'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    },
  ],
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true }, revocation: { enabled: true } },
  claims: { openid: ['sub'], email: ['email'] },
  conformIdTokenClaims: false,
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: `${id}@example.org` }),
  }),
  issueRefreshToken: () => true,
  // Each is good once, as strict providers have it.
  rotateRefreshToken: true,
});
provider.listen(port, '127.0.0.1');
