import { CHANNELS, type Channel, UNDELIVERED_STATES } from '../../../../api/notifications.ts';
import type { Answer } from '../../api/index.ts';

export const UNDELIVERED = 'GET /api/v1/notifications/deliveries/undelivered';
export type UndeliveredMessage = Answer<typeof UNDELIVERED>['items'][number];

/** What the address of the list says: `/administration/deliveries?state=bounced&channel=email`. */
export type DeliveriesSearch = { state?: (typeof UNDELIVERED_STATES)[number]; channel?: Channel };

/** What is not understood is as if it were not there. */
export function deliveriesSearch(search: Record<string, unknown>): DeliveriesSearch {
  const state = UNDELIVERED_STATES.find((each) => each === search.state);
  const channel = CHANNELS.find((each) => each === search.channel);
  return { ...(state && { state }), ...(channel && { channel }) };
}
