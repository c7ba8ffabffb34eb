export const CAMPAIGN_STATES = ['draft', 'running', 'paused', 'cancelled', 'done'] as const;
export type CampaignState = (typeof CAMPAIGN_STATES)[number];

/** What administrators may do to a campaign in a state; what they ask for again changes nothing. */
const STEPS: Record<'start' | 'pause' | 'cancel', { from: readonly CampaignState[]; to: CampaignState }> = {
  start: { from: ['draft', 'paused'], to: 'running' },
  pause: { from: ['running'], to: 'paused' },
  cancel: { from: ['draft', 'running', 'paused'], to: 'cancelled' },
};
export type CampaignStep = keyof typeof STEPS;

/** Undefined: not from there. */
export function after(state: CampaignState, step: CampaignStep): CampaignState | undefined {
  const { from, to } = STEPS[step];
  return state === to || from.includes(state) ? to : undefined;
}

/** What may be done to a campaign in a state, of what changes it. */
export function stepsFrom(state: CampaignState): CampaignStep[] {
  return (Object.keys(STEPS) as CampaignStep[]).filter((step) => STEPS[step].from.includes(state));
}
