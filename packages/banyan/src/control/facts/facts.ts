import { BOUNDS_MS, type KeysSeen } from '@banyan/gateway';
import { isLinked, type ResolvedPlan } from '@banyan/plan';
import type { Fingerprints } from '@banyan/plan/fingerprint';
import { rank } from '@banyan/plan/stages';
import type pg from 'pg';
import type { Facts, LinkFacts } from '../../rollout/decide.ts';
import { keyFindings } from '../../rollout/evidence/key-findings.ts';
import type { Ledger } from '../../rollout/evidence/ledger.ts';
import { type Observation, SHORT_MS } from '../../rollout/evidence/observation.ts';
import { observe } from '../../rollout/evidence/observe.ts';
import { quantile, sideOf, type Tally } from '../../rollout/evidence/tally.ts';
import type { ServiceState } from '../../rollout/state.ts';
import type { Evidence, LinkStatus, Sides, TableVerification, UnwellInstance } from '../control.ts';
import { readSnapshot } from '../store/snapshot.ts';
import * as verifications from '../store/verifications.ts';
import type { Baselines } from './baselines.ts';
import type { OwnerKeys } from './owner-keys.ts';
import type { Probes } from './probes.ts';
import type { RefusedWrites } from './refused-writes.ts';
import type { RollbackFacts } from './rollback-facts.ts';
import type { UnheardRows } from './unheard-rows.ts';

export type ServiceFacts = Facts & {
  links: LinkStatus[];
  tables: TableVerification[];
  unwell: UnwellInstance[] | null;
};

export type Sources = {
  pool: pg.Pool;
  plan: ResolvedPlan;
  ledger: Ledger;
  baselines: Baselines;
  /** Writes of others that a service's lock on the monolith has refused. */
  refusals: Pick<RefusedWrites, 'of' | 'excusedOf'>;
  /** Absent where nothing is decided. */
  ownerKeys?: Pick<OwnerKeys, 'of'>;
  /** Absent where nothing is decided. */
  unheard?: Pick<UnheardRows, 'of'>;
  /** Absent where nothing is decided: what the gateways say of the instances is enough for a status. */
  probes?: Probes;
  /** Absent where nothing is told of going back. */
  rollbackFacts?: Pick<RollbackFacts, 'look' | 'referring' | 'onlyOnService' | 'hearersOf' | 'lookWhoHears'>;
  /** Of the plan, for who wants to know whether it is the one that lies on disk. */
  fingerprints?: Fingerprints;
};

/** All that decisions and the status are based on, as of `now`. */
export async function collectFacts(
  sources: Sources,
  now: Date,
  looking: ReturnType<typeof readSnapshot> = readSnapshot(sources.pool),
): Promise<ServiceFacts[]> {
  const { plan, ledger, refusals, probes, ownerKeys, unheard } = sources;
  const [{ states: all, links, verdicts, unwell, routeKeys, keys }, baselines] = await Promise.all([
    looking,
    sources.baselines.all(),
    ledger.refresh(now.getTime()),
  ]);
  const states = all.filter((state) => plan.services[state.service]);
  return states.map((state) => {
    const service = plan.services[state.service]!;
    const own = links.filter((link) => link.service === state.service).map(({ service: _, ...link }) => link);
    const tables = verdicts
      .filter((verdict) => verdict.service === state.service)
      .map(({ service: _, ...table }) => table);
    const expected = new Set(service.tables.map(({ legacy }) => `${legacy.schema}.${legacy.table}`)).size;
    const observation = observe(
      ledger,
      state,
      states,
      baselines[state.service] ?? null,
      refusals.of(state.service),
    );
    const told = unwell.filter(({ upstream }) => upstream === state.service);
    let evidence: Evidence | null = null;
    return {
      state,
      policy: service.rollout,
      linked: isLinked(service),
      comparable: service.routes.some(({ shadow }) => shadow),
      forward: linkFacts(own, `${state.service}.forward`),
      reverse: linkFacts(own, `${state.service}.reverse`),
      verification: verifications.summarizeVerdicts(tables, expected),
      observation,
      // Nobody asks for it while a service is where it should be.
      get evidence() {
        evidence ??= {
          ...summarize(observation, state, keys[state.service], now),
          excused: refusals.excusedOf(state.service),
        };
        return evidence;
      },
      unwell: probes && goesUp(state) ? probes.unwell(service, now, told) : told,
      findings:
        rank(state.stage) < rank('canary')
          ? keyFindings(service.routes, routeKeys, ownerKeys?.of(state.service) ?? [])
          : [],
      unheard: unheard && state.stage === 'copying' ? unheard.of(state.service) : [],
      now,
      links: own,
      tables,
    };
  });
}

/** On its way to where its instances will be needed: then they are asked, however well the gateways find them. */
function goesUp({ stage, target }: ServiceState): boolean {
  return (stage === 'copying' || stage === 'shadowing') && rank(target.stage) > rank(stage);
}

function linkFacts(links: LinkStatus[], name: string): LinkFacts {
  const link = links.find((candidate) => candidate.link === name);
  return link
    ? { state: link.state, lagMs: link.lagMs, error: link.error }
    : { state: 'off', lagMs: 0, error: null };
}

function summarize(
  { long, short, refused }: Observation,
  state: ServiceState,
  keys: KeysSeen = { seen: 0, inShare: 0 },
  now: Date,
): Omit<Evidence, 'excused'> {
  const sides: Sides<Tally> = { monolith: sideOf(long, 'monolith'), service: sideOf(long, 'service') };
  const recent: Sides<Tally> = { monolith: sideOf(short, 'monolith'), service: sideOf(short, 'service') };
  const seconds = Math.max(0, (now.getTime() - state.since.getTime()) / 1000);
  return {
    seconds,
    requests: each(sides, ({ requests }) => requests),
    failures: each(sides, ({ failures }) => failures),
    reasons: each(sides, ({ reasons }) => reasons),
    rescued: sides.monolith.rescued + sides.service.rescued,
    p95Ms: each(sides, (tally) => {
      const p95 = quantile(tally, 0.95);
      return p95 === null ? null : Math.ceil(Math.min(p95, BOUNDS_MS.at(-1)!));
    }),
    p95Over: each(sides, (tally) => quantile(tally, 0.95) === Number.POSITIVE_INFINITY),
    compared: sides.monolith.compared + sides.service.compared,
    mismatched: sides.monolith.mismatched + sides.service.mismatched,
    recent: {
      seconds: Math.min(seconds, SHORT_MS / 1000),
      requests: each(recent, ({ requests }) => requests),
      failures: each(recent, ({ failures }) => failures),
    },
    keys,
    refused,
  };
}

function each<T>({ monolith, service }: Sides<Tally>, pick: (tally: Tally) => T): Sides<T> {
  return { monolith: pick(monolith), service: pick(service) };
}
