import { ROLLOUT_DEFAULTS } from '@banyan/plan';
import { FULL_SHARE } from '@banyan/plan/stages';
import type { Facts } from '../rollout/decide.ts';
import { nothingObserved } from '../rollout/evidence/observation.ts';
import type { ServiceState } from '../rollout/state.ts';

export const NOW = new Date('2026-01-01T12:00:00Z');
export const policy = { ...ROLLOUT_DEFAULTS, steps: [100, 1_000, 5_000, FULL_SHARE] };
export const streaming = { state: 'streaming' as const, lagMs: 3, error: null };
export const off = { state: 'off' as const, lagMs: 0, error: null };

/** Of a service of which nothing keeps it from moving up, at the monolith unless `state` says otherwise. */
export function decisionFacts(
  overrides: Partial<Omit<Facts, 'state'>> & { state?: Partial<ServiceState> } = {},
): Facts {
  const { state, ...rest } = overrides;
  return {
    state: {
      service: 'auth',
      stage: 'monolith',
      share: 0,
      target: { stage: 'migrated', share: FULL_SHARE },
      paused: null,
      message: '',
      since: new Date(NOW.getTime() - 120_000),
      failedSteps: 0,
      retryAt: null,
      forced: false,
      reason: '',
      evidenceVersion: 1,
      draining: false,
      ...state,
    },
    policy,
    linked: true,
    comparable: true,
    forward: streaming,
    reverse: streaming,
    verification: { verdict: 'CONSISTENT', verifiedAt: new Date(NOW.getTime() - 5_000), rows: 100 },
    evidence: {
      seconds: 120,
      requests: { monolith: 1_000, service: 1_000 },
      failures: { monolith: 0, service: 0 },
      rescued: 0,
      reasons: { monolith: {}, service: {} },
      p95Ms: { monolith: 10, service: 10 },
      p95Over: { monolith: false, service: false },
      compared: 1_000,
      mismatched: 0,
      recent: {
        seconds: 30,
        requests: { monolith: 250, service: 250 },
        failures: { monolith: 0, service: 0 },
      },
      keys: { seen: 500, inShare: 50 },
      refused: 0,
      excused: 0,
    },
    observation: nothingObserved(),
    unwell: [],
    findings: [],
    unheard: [],
    now: NOW,
    ...rest,
  };
}
