import { defineMigration, env } from '@banyan/banyan';
import { behindTheEdge, EDGE, TIMEOUT_MS } from './kit/edge.ts';
import { extractions, ground, urlOf } from './kit/plan.ts';
import { GATEWAY_ISSUER, JWKS_PATH, LEGACY_ISSUER, USER_ISSUER } from './kit/tokens.ts';
import { toldByRows } from './kit/told-by-rows.ts';
import { unmovedOf } from './kit/unmoved.ts';
import { phases } from './phases.ts';

const { name, monolith, control, gateway, rollout } = ground();
const services = toldByRows(behindTheEdge(await extractions()));

/** The services that leave the SkillSwap monolith, each by the extraction.ts in its folder. */
export default defineMigration({
  name,
  // It knows HS256 and its own secret only: tokens of the user service are exchanged on their way to it.
  monolith: { ...monolith, signAs: 'monolith', timeoutMs: TIMEOUT_MS },
  control,
  gateway: {
    ...gateway,
    ...EDGE,
    // Services know neither the monolith's secret nor each other's keys: whatever token comes is exchanged on its way to them.
    signing: { issuer: GATEWAY_ISSUER, privateKey: env('SKILLSWAP_GATEWAY_KEY') },
    issuers: [
      { name: 'monolith', issuer: LEGACY_ISSUER, algorithm: 'HS256', secret: env('SKILLSWAP_JWT_SECRET') },
      { name: 'user', issuer: USER_ISSUER, algorithm: 'JWKS', jwksUrl: `${urlOf('user')}${JWKS_PATH}` },
    ],
  },
  rollout,
  services,
  phases,
  unmoved: unmovedOf(services),
});
