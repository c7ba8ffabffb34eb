import { FUNNEL_STAGES } from '../../../api/analytics.ts';
import { APPLICATION_STATES, LASTING_STAGES, type Statistics } from '../../../api/tracking.ts';

/** Applications that are alike: in a state, from a source, having been where they were. */
export type Group = { state: string; source: string; reached: readonly string[]; applications: number };

/** How long a stage lasted, of all that have left it. */
export type Stay = {
  stage: string;
  left: number;
  average_days: number | null;
  median_days: number | null;
};

/** Somebody at the company has done something. */
export const ANSWERS = ['screening', 'interview', 'offer', 'accepted', 'rejected'] as const;
const ACTIVE = ['applied', 'screening', 'interview', 'offer', 'ghosted'];

/** What the figures of one user are. Pure. */
export function statisticsOf(
  groups: readonly Group[],
  stays: readonly Stay[],
  medianDaysToAnswer: number | null,
): Statistics {
  const has =
    (...stages: readonly string[]) =>
    (group: Group) =>
      stages.includes(group.state) || group.reached.some((stage) => stages.includes(stage));
  const sent = groups.filter(wasSent);
  const answered = sent.filter(has(...ANSWERS));
  return {
    total: sum(groups),
    active: sum(groups.filter(({ state }) => ACTIVE.includes(state))),
    sent: sum(sent),
    answered: sum(answered),
    response_rate: ratio(sum(answered), sum(sent)),
    ghosted_rate: ratio(sum(sent.filter(({ state }) => state === 'ghosted')), sum(sent)),
    median_days_to_answer: rounded(medianDaysToAnswer),
    by_state: Object.fromEntries(
      APPLICATION_STATES.map((state) => [state, sum(groups.filter((group) => group.state === state))]),
    ),
    funnel: FUNNEL_STAGES.map((stage) => {
      const reached = stage === 'applied' ? sum(sent) : sum(sent.filter(has(stage)));
      return { stage, reached, rate: ratio(reached, sum(sent)) };
    }),
    time_in_stage: LASTING_STAGES.map((stage) => {
      const stay = stays.find((each) => each.stage === stage);
      return {
        stage,
        left: stay?.left ?? 0,
        average_days: rounded(stay?.average_days ?? null),
        median_days: rounded(stay?.median_days ?? null),
      };
    }),
    by_source: [...Map.groupBy(sent, ({ source }) => source)]
      .map(([source, own]) => {
        const ofSource = own.filter(has(...ANSWERS));
        return {
          source,
          sent: sum(own),
          answered: sum(ofSource),
          response_rate: ratio(sum(ofSource), sum(own)),
        };
      })
      .toSorted((a, b) => b.sent - a.sent || (a.source < b.source ? -1 : 1)),
  };
}

/** Saved and withdrawn again is never sent. */
function wasSent({ state, reached }: Group): boolean {
  const later = [...FUNNEL_STAGES, 'rejected', 'ghosted'];
  return later.includes(state) || reached.some((stage) => later.includes(stage));
}

function sum(groups: readonly Group[]): number {
  return groups.reduce((all, { applications }) => all + applications, 0);
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : rounded(part / whole, 4);
}

function rounded(value: number | null, digits = 1): number | null {
  return value === null ? null : Number(value.toFixed(digits));
}
