import type { Channel, UNDELIVERED_STATES } from '../../../../api/notifications.ts';
import type { Answer } from '../../api/index.ts';

export const UNDELIVERED = 'GET /api/v1/notifications/deliveries/undelivered';
export type UndeliveredMessage = Answer<typeof UNDELIVERED>['items'][number];

// Said here once more, held against the API by their types: routes are read with the first page, and the API's schemas would be loaded with them.
type State = (typeof UNDELIVERED_STATES)[number];
const STATES: readonly State[] = ['failed', 'bounced'];
const CHANNELS: readonly Channel[] = ['in_app', 'email', 'sms', 'push'];

/** What the address of the list says: `/administration/deliveries?state=bounced&channel=email`. */
export type DeliveriesSearch = { state?: State; channel?: Channel };

/** What is not understood is as if it were not there. */
export function deliveriesSearch(search: Record<string, unknown>): DeliveriesSearch {
  const state = STATES.find((each) => each === search.state);
  const channel = CHANNELS.find((each) => each === search.channel);
  return { ...(state && { state }), ...(channel && { channel }) };
}
