import { defineMigration, env } from '@banyan/banyan';
import { contexts } from './contexts.ts';
import { extractions, urlOf } from './kit/plan.ts';
import { AUTH_ISSUER, GATEWAY_ISSUER, JWKS_PATH, LEGACY_ISSUER, OAUTH_AUDIENCE } from './kit/tokens.ts';
import { system } from './system.ts';

const gatewayPort = env('CAREER_GATEWAY_PORT', '8080');

/**
 * The services that leave the Career Copilot monolith, each by the extraction.ts in its folder. The one legacy table `users`
 * is split over two of them: auth owns its rows and what a login needs, users owns the columns of the profile.
 */
export default defineMigration({
  name: system.name,

  monolith: {
    url: env('CAREER_MONOLITH_URL', 'http://127.0.0.1:8000'),
    database: env('CAREER_MONOLITH_DATABASE_URL'),
    // It knows HS256 and its own secret only: tokens of the auth service are exchanged on their way to it.
    signAs: 'monolith',
  },

  control: {
    database: env('BANYAN_DATABASE_URL'),
    port: Number(env('BANYAN_CONTROL_PORT', '7070')),
    token: process.env.BANYAN_CONTROL_TOKEN,
  },

  gateway: {
    port: Number(gatewayPort),
    adminPort: Number(env('CAREER_GATEWAY_ADMIN_PORT', '7071')),
    workers: Number(env('CAREER_GATEWAY_WORKERS', '2')),
    // Services know nothing of the monolith's secret: its tokens are exchanged on their way to them.
    signing: { issuer: GATEWAY_ISSUER, privateKey: env('CAREER_GATEWAY_KEY') },
    issuers: [
      { name: 'monolith', issuer: LEGACY_ISSUER, algorithm: 'HS256', secret: env('CAREER_JWT_SECRET') },
      { name: 'auth', issuer: AUTH_ISSUER, algorithm: 'JWKS', jwksUrl: `${urlOf('auth')}${JWKS_PATH}` },
      {
        name: 'oauth',
        issuer: env('CAREER_API_URL', `http://127.0.0.1:${gatewayPort}`),
        algorithm: 'JWKS',
        jwksUrl: `${urlOf('auth')}${JWKS_PATH}`,
        audience: OAUTH_AUDIENCE,
        // They say what a client may do for a user, which the monolith would not heed.
        exchange: false,
      },
    ],
  },

  rollout: {
    steps: env('CAREER_STEPS', '1%,10%,50%,100%').split(','),
    maxFailureRatio: Number(env('CAREER_MAX_FAILURE_RATIO', '0.01')),
    observeSeconds: Number(env('CAREER_OBSERVE_SECONDS', '60')),
    maxVerificationAgeSeconds: Number(env('CAREER_VERIFICATION_AGE_SECONDS', '300')),
    minRequests: Number(env('CAREER_MIN_REQUESTS', '50')),
    copyRowsPerSecond: Number(env('CAREER_COPY_ROWS_PER_SECOND', '20000')),
    verifyRowsPerSecond: Number(env('CAREER_VERIFY_ROWS_PER_SECOND', '50000')),
    minCompared: Number(env('CAREER_MIN_COMPARED', '50')),
  },

  services: await extractions(),
  contexts,
});
