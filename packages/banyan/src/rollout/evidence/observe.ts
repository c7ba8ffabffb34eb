import type { ServiceState } from '../state.ts';
import type { Ledger } from './ledger.ts';
import type { Baseline, Observation } from './observation.ts';
import { addTally, emptyTally, sideOf, sumTallies, type Tally } from './tally.ts';

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
        since: sumTallies(ledger.services().map((name) => ledger.total(name, 'long', version, 'monolith'))),
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
  const monolith = sumTallies(names.map((name) => ledger.total(name, 'long', 0, 'monolith')));
  // A monolith that hardly sees these routes any more says less about them than it said before.
  if (before && sideOf(sample, 'monolith').requests < minRequests) return { ...before, monolith };
  return {
    at: now.toISOString(),
    routes: Object.fromEntries([...sample].map(([route, both]) => [route, both.monolith])),
    others: Object.fromEntries(
      names
        .filter((name) => name !== service)
        .map((name) => [name, ledger.total(name, 'long', evidenceVersion)]),
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
  const sums = { short: emptyTally(), long: emptyTally(), before: emptyTally() };
  if (baseline === null) return sums;
  const takenAt = Date.parse(baseline.at);
  const names = ['', ...all.filter(({ since }) => since.getTime() <= takenAt).map(({ service }) => service)];
  for (const name of names) {
    const before: Tally | undefined = baseline.others[name];
    if (name === own.service || !before) continue;
    addTally(sums.before, before);
    addTally(sums.short, ledger.total(name, 'short', own.evidenceVersion));
    addTally(sums.long, ledger.total(name, 'long', own.evidenceVersion));
  }
  return sums;
}
