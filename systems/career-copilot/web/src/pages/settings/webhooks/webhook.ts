import type { BadgeProps } from '@banyan/ui';
import type { Answer } from '../../../api/types.ts';

export type Webhook = Answer<'GET /api/v1/integrations/webhooks/{id}'>;
export type Delivery = Answer<'GET /api/v1/integrations/webhooks/{id}/deliveries'>['items'][number];
export type DeliveryState = Delivery['state'];

export const DELIVERY_STATES = ['pending', 'delivered', 'dead'] as const satisfies readonly DeliveryState[];

/** How an endpoint stands: it is sent to, it fails of late, or why nothing is sent to it. */
export type Standing = 'on' | 'failing' | 'off' | 'given-up' | 'gone';

export function standingOf({
  disabled,
  failing_since,
}: Pick<Webhook, 'disabled' | 'failing_since'>): Standing {
  if (disabled === 'by_owner') return 'off';
  if (disabled === 'failing') return 'given-up';
  if (disabled === 'gone') return 'gone';
  return failing_since === null ? 'on' : 'failing';
}

type Tone = NonNullable<BadgeProps['tone']>;

export const STANDING_TONES: Record<Standing, Tone> = {
  on: 'good',
  failing: 'warning',
  off: 'neutral',
  'given-up': 'danger',
  gone: 'danger',
};

export const DELIVERY_TONES: Record<DeliveryState, Tone> = {
  pending: 'info',
  delivered: 'good',
  dead: 'danger',
};

/** What one endpoint is told from another by: the host and what follows of its address. */
export function shortAddress(url: string): string {
  const read = URL.parse(url);
  return read === null ? url : read.host + (read.pathname === '/' ? '' : read.pathname) + read.search;
}

/** A body as people read it; one that is no JSON as it is. */
export function readableBody(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

/** What the address of a webhook's page says: which deliveries are shown, and which of them is open. */
export type WebhookSearch = { state?: DeliveryState; delivery?: number };

/** What is not understood is as if it were not there. */
export function webhookSearch({ state, delivery }: Record<string, unknown>): WebhookSearch {
  const known = DELIVERY_STATES.find((one) => one === state);
  return {
    ...(known ? { state: known } : {}),
    ...(typeof delivery === 'number' && Number.isSafeInteger(delivery) && delivery > 0 ? { delivery } : {}),
  };
}

/** Spans of which what was given up can be sent again, days; the service keeps thirty. */
export const REPLAY_DAYS = [1, 7, 30] as const;

export function replayFrom(days: number, now: Date): string {
  return new Date(now.getTime() - days * 86_400_000).toISOString();
}
