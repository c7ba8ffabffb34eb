import { defineMigration } from '@banyan/banyan';
import { behindTheEdge, EDGE, TIMEOUT_MS } from './kit/edge.ts';
import { MONOLITH_JOBS } from './kit/monolith-jobs.ts';
import { extractions, ground, urlOf } from './kit/plan.ts';
import { JWKS_PATH, USER_ISSUER } from './kit/tokens.ts';
import { toldByRows } from './kit/told-by-rows.ts';
import { unmovedOf } from './kit/unmoved.ts';
import { phases } from './phases.ts';

const { name, monolith, control, gateway, rollout } = ground();
const services = toldByRows(behindTheEdge(await extractions()));

/** The services that leave the SkillSwap monolith, each by the extraction.ts in its folder. */
export default defineMigration({
  name,
  monolith: { ...monolith, timeoutMs: TIMEOUT_MS, jobs: [MONOLITH_JOBS] },
  control,
  gateway: {
    ...gateway,
    ...EDGE,
    issuers: [
      ...gateway.issuers,
      { name: 'user', issuer: USER_ISSUER, algorithm: 'JWKS', jwksUrl: `${urlOf('user')}${JWKS_PATH}` },
    ],
  },
  rollout,
  services,
  phases,
  unmoved: unmovedOf(services),
});
