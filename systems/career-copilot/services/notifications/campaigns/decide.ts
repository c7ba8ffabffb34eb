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

/** How many more may be told now: no more in any minute than the throttle says, and nothing is saved up while nobody looked. */
export function allowance({ perMinute, sinceMs }: { perMinute: number; sinceMs: number }): number {
  return Math.min(Math.floor((perMinute * sinceMs) / 60_000), Math.ceil(perMinute / 6));
}
