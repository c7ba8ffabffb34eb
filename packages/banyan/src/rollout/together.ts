import { type Decision, decide, type Facts } from './decide.ts';

/** What one of the services that move together does now. */
export type Move<F extends Facts = Facts> = { facts: F; decision: Decision };

/** One for each service that moves together with the others; mostly it moves alone. */
export type Group<T> = readonly [T, ...T[]];

/** What one of them decides for all, the most urgent first. */
const DECIDED_FOR_ALL = ['rollBack', 'pause', 'wait'] as const;

/**
 * The next single move of services that move together, which have at every moment the same share of the same users. Each is judged by
 * itself. All do what all are ready for, wait for whoever is not, and stop or go back with the first that has to: the decisions are
 * of one kind, and to one stage or share.
 */
export function decideTogether<F extends Facts>(group: Group<F>): Group<Move<F>> {
  const [{ state }] = group;
  if (group.some((one) => one.state.stage !== state.stage || one.state.share !== state.share))
    return each(group, (facts) => ({ facts, decision: { do: 'wait', why: APART } }));
  const moves = each(group, (facts) => ({ facts, decision: decide(facts) }));
  for (const kind of DECIDED_FOR_ALL) {
    const leader = moves.find(({ decision }) => decision.do === kind);
    if (!leader) continue;
    const why = `with '${leader.facts.state.service}': ${leader.decision.why}`;
    return each(moves, (move) =>
      move.decision.do === kind ? move : { facts: move.facts, decision: { do: kind, why } },
    );
  }
  return moves;
}

const APART = 'services that leave together are not at the same stage and share; banyan up says how to go on';

function each<T, U>([first, ...others]: Group<T>, map: (one: T) => U): Group<U> {
  return [map(first), ...others.map(map)];
}
