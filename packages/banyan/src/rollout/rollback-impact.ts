import type { Stage } from '@banyan/plan/stages';
import type { RollbackImpact } from '../control/control.ts';
import type { LinkFacts } from './decide.ts';

export type ImpactFacts = {
  stage: Stage;
  share: number;
  /** Whether it takes over tables. */
  linked: boolean;
  reverse: Pick<LinkFacts, 'state' | 'lagMs'>;
  maxLagMs: number;
  /** Columns of the service's tables that no mapping takes back, as table.column; null: not read yet. */
  onlyOnService: Read | null;
  /** Tables in which the last comparison found rows that the monolith lacks or has otherwise. */
  differing?: string[];
  /** What the service goes on reading from the monolith, and what of the monolith's refers to its rows. */
  fromMonolith?: string[];
  referring?: Read | null;
  /** Services that are made of what it tells. */
  hearers?: readonly string[];
};

/** Names as they were read last; `stale`: they could not be read again since. */
export type Read = { names: string[]; at: Date; stale: boolean };

/** What going back to the monolith from here would cost: told before every step, and by `banyan plan`. */
export function rollbackImpact(facts: ImpactFacts): RollbackImpact {
  const { verdict, details } = impactOnRows(facts);
  const { stage, hearers = [] } = facts;
  if (hearers.length === 0 || stage === 'monolith' || stage === 'retired') return { verdict, details };
  const silence = `at the monolith it tells nothing more, and these are made of it: ${hearers.join(', ')}; they go back first`;
  return { verdict, details: [...details, silence] };
}

function impactOnRows(facts: ImpactFacts): RollbackImpact {
  const { stage, share, reverse } = facts;
  if (stage === 'retired') {
    const details = ['retired: rows are no longer written back to the monolith'];
    const { fromMonolith = [], referring = null } = facts;
    if (fromMonolith.length > 0)
      details.push(
        `the forward link stays for what is the monolith's: ${fromMonolith.join(', ')}; keep these tables and their writers`,
      );
    details.push(
      ...told(
        'these tables of the monolith need rows that it will no longer get',
        referring,
        `which tables of the monolith need its rows is not known: the monolith's database has not answered yet`,
      ),
    );
    return { verdict: 'refused', details };
  }
  if (share === 0) return { verdict: 'lossless', details: ['no key has its writes on the service'] };
  if (!facts.linked)
    return {
      verdict: 'lossless',
      details: ['it takes over no table: what users wrote stays on the service'],
    };
  if (reverse.state !== 'streaming') {
    return {
      verdict: 'lossy',
      details: [
        `the reverse link is ${reverse.state}: writes since it stopped are on the service only, going back waits for it`,
      ],
    };
  }
  const { differing = [] } = facts;
  if (differing.length > 0) {
    const found = `the last comparison found rows that differ: ${differing.join(', ')}`;
    return { verdict: 'lossy', details: [found, 'banyan verify --repair first'] };
  }
  const details = ['every write of a mapped column is on the monolith before the switch'];
  if (reverse.lagMs > facts.maxLagMs)
    details.push(`going back waits until the lag of ${Math.round(reverse.lagMs)} ms is gone`);
  details.push(
    ...told(
      'stay on the service, unknown to the monolith',
      facts.onlyOnService,
      `which columns stay on the service is not known: its database has not answered yet`,
    ),
  );
  return { verdict: 'lossless', details };
}

function told(what: string, read: Read | null, unknown: string): string[] {
  if (read === null) return [unknown];
  if (read.names.length === 0) return [];
  const asOf = read.stale ? ` (as of ${read.at.toISOString()}, its database does not answer now)` : '';
  return [`${what}: ${read.names.join(', ')}${asOf}`];
}
