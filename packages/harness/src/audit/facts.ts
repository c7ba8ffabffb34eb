import type { Load } from '../load/load.ts';
import type { FactSpans } from './fact-spans.ts';
import type { Write, Writes } from './writes.ts';

export type FactsOptions = {
  /** By load and promise, see `readWrites`. */
  writes: ReadonlyMap<string, Writes>;
  loads: ReadonlyMap<string, Pick<Load, 'facts'>>;
  /** By service; of others nothing is told. */
  spans: ReadonlyMap<string, FactSpans>;
  heard: Heard;
  /** Others than the load may have written: what it has never written of is theirs. Default false. */
  strangers?: boolean;
};

/** By the type of a fact, how many different events told of a key. */
export type Heard = ReadonlyMap<string, ReadonlyMap<string, number>>;

export type FactsResult = {
  /** Acknowledged writes of which an event must have told. */
  expected: number;
  /** Those of which none did. */
  missing: number;
  /** Events that told of a write again, or of one that never happened. */
  doubled: number;
  /** The first problems in words. */
  problems: string[];
};

const MAX_PROBLEMS = 50;

/**
 * Compares what was acknowledged with what others heard of it, whoever made the event: one event for each write, of the key that the load
 * says. Pure.
 */
export function judgeFacts({ writes, loads, spans, heard, strangers }: FactsOptions): FactsResult {
  const result: FactsResult = { expected: 0, missing: 0, doubled: 0, problems: [] };
  for (const [service, { facts = {} }] of loads) {
    const span = spans.get(service);
    if (!span) continue;
    for (const [type, { promise }] of Object.entries(facts)) {
      const ofKeys = writes.get(`${service}.${promise}`) ?? new Map();
      const told = heard.get(type) ?? new Map();
      for (const key of new Set([...ofKeys.keys(), ...(strangers ? [] : told.keys())]))
        judgeKey(
          result,
          `${type} of ${key}`,
          [...(ofKeys.get(key)?.values() ?? [])],
          span,
          told.get(key) ?? 0,
        );
    }
  }
  return result;
}

function judgeKey(result: FactsResult, what: string, writes: Write[], spans: FactSpans, told: number): void {
  const chances = writes.map((write) => chanceOf(write, spans));
  const certain = chances.filter((chance) => chance === 'certain').length;
  const possible = chances.filter((chance) => chance === 'possible').length;
  const missing = Math.max(0, certain - told);
  const doubled = Math.max(0, told - certain - possible);
  result.expected += certain;
  result.missing += missing;
  result.doubled += doubled;
  if (missing + doubled === 0 || result.problems.length >= MAX_PROBLEMS) return;
  const upTo = possible > 0 ? ` to ${certain + possible}` : '';
  result.problems.push(`${what} was told ${told} times instead of ${certain}${upTo}`);
}

/** Whether an event tells of it. */
function chanceOf(
  { at, sentAt, endedAt }: Write,
  { begins, certain }: FactSpans,
): 'certain' | 'possible' | 'no' {
  if (at === 'refused' || endedAt < begins) return 'no';
  if (at === 'ack' && certain.some(({ from, to }) => sentAt >= from && endedAt <= to)) return 'certain';
  return 'possible';
}
