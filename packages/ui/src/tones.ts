import type { IconName } from './icon-paths.ts';

/** How a message is meant; each has a colour and, for those who do not see it, a drawing. */
export type Tone = 'info' | 'good' | 'warning' | 'danger';

export const toneIcons: Record<Tone, IconName> = {
  info: 'info',
  good: 'good',
  warning: 'warning',
  danger: 'danger',
};
