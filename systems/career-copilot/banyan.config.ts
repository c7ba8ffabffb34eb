import { defineMigration, env } from '@banyan/banyan';
import { contexts } from './contexts.ts';
import { extractions, ground, urlOf } from './kit/plan.ts';
import { AUTH_ISSUER, JWKS_PATH, OAUTH_AUDIENCE } from './kit/tokens.ts';

const { name, monolith, control, gateway, rollout } = ground();

/**
 * The services that leave the Career Copilot monolith, each by the extraction.ts in its folder. The one legacy table `users`
 * is split over two of them: auth owns its rows and what a login needs, users owns the columns of the profile.
 */
export default defineMigration({
  name,
  monolith,
  control,
  gateway: {
    ...gateway,
    issuers: [
      ...gateway.issuers,
      { name: 'auth', issuer: AUTH_ISSUER, algorithm: 'JWKS', jwksUrl: `${urlOf('auth')}${JWKS_PATH}` },
      {
        name: 'oauth',
        issuer: env('CAREER_API_URL', `http://127.0.0.1:${gateway.port}`),
        algorithm: 'JWKS',
        jwksUrl: `${urlOf('auth')}${JWKS_PATH}`,
        audience: OAUTH_AUDIENCE,
        // They say what a client may do for a user, which the monolith would not heed.
        exchange: false,
      },
    ],
  },
  rollout,
  services: await extractions(),
  contexts,
});
