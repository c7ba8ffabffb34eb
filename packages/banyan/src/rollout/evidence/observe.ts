import type { ServiceState } from '../state.ts';
import type { Ledger } from './ledger.ts';
import type { Baseline, Observation } from './observation.ts';
import { addTally, emptyTally, sideOf } from './tally.ts';

export type EvidenceStart = Pick<ServiceState, 'service' | 'since' | 'evidenceVersion'>;

/** What is judged of a service, out of the ledger. `all` are the states of all services, its own among them. */
export function observe(
  ledger: Ledger,
  own: EvidenceStart,
  all: readonly EvidenceStart[],
  baseline: Baseline | null,
  refused: number,
): Observation {
  const { service, evidenceVersion: version } = own;
  let unmoved: Observation['unmoved'] | null = null;
  let monolith: Observation['monolith'] | null = null;
  return {
    baseline,
    refused,
    // Sums, of which a service that nobody has moved needs none, and few judgements those over all services.
    get short() {
      return ledger.sample(service, 'short', version);
    },
    get long() {
      return ledger.sample(service, 'long', version);
    },
    get unmoved() {
      unmoved ??= unmovedOf(ledger, own, all, baseline);
      return unmoved;
    },
    get monolith() {
      monolith ??= {
        since: ledger.total(ledger.services(), 'long', version, 'monolith'),
        before: baseline?.monolith ?? emptyTally(),
      };
      return monolith;
    },
  };
}

/** What is remembered of now before a step that gives keys to the service. */
export function takeBaseline(
  ledger: Ledger,
  { service, evidenceVersion }: EvidenceStart,
  { before, minRequests, now }: { before: Baseline | null; minRequests: number; now: Date },
): Baseline {
  const sample = ledger.sample(service, 'long', evidenceVersion);
  const names = ledger.services();
  const monolith = ledger.total(names, 'long', 0, 'monolith');
  // A monolith that hardly sees these routes any more says less about them than it said before.
  if (before && sideOf(sample, 'monolith').requests < minRequests) return { ...before, monolith };
  return {
    at: now.toISOString(),
    routes: Object.fromEntries([...sample].map(([route, both]) => [route, both.monolith])),
    others: Object.fromEntries(
      names
        .filter((name) => name !== service)
        .map((name) => [name, ledger.total([name], 'long', evidenceVersion)]),
    ),
    monolith,
  };
}

/** Services that have not changed their share since the baseline was taken, and what no route matches. */
function unmovedOf(
  ledger: Ledger,
  own: EvidenceStart,
  all: readonly EvidenceStart[],
  baseline: Baseline | null,
): Observation['unmoved'] {
  const before = emptyTally();
  if (baseline === null) return { short: emptyTally(), long: emptyTally(), before };
  const takenAt = Date.parse(baseline.at);
  const names = ['', ...all.filter(({ since }) => since.getTime() <= takenAt).map(({ service }) => service)];
  const others = names.filter((name) => name !== own.service && baseline.others[name]);
  for (const name of others) addTally(before, baseline.others[name]!);
  const total = (window: 'short' | 'long') => ledger.total(others, window, own.evidenceVersion);
  return { short: total('short'), long: total('long'), before };
}
