import type { Channel, UNDELIVERED_STATES } from '../../../../api/notifications.ts';
import type { Answer } from '../../api/index.ts';
import type { Messages } from '../../i18n/catalogue.ts';

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

/** Why a message did not arrive, where the service has a word for it. */
export type KnownReason = keyof Messages['administration']['deliveries']['reasons'];

/**
 * A reason as the service has it: its word for it, and what the other side said of it, e.g. `BOUNCED 5.1.1`. Null: it has none, and
 * the reason stands in the words of whoever gave it.
 */
export function partsOf(reason: string): { word: string; detail: string | null } | null {
  const [, word, detail = null] = /^([A-Z]+(?:_[A-Z]+)*)(?: (.+))?$/.exec(reason) ?? [];
  return word === undefined ? null : { word, detail };
}
