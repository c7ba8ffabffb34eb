import type pg from 'pg';
import type { TemplateWords } from '../api/index.ts';
import { campaignOf, findCampaign } from '../campaigns/store.ts';
import type { Outgoing } from '../channels/channel.ts';
import { isBlocked, type People, type Person } from '../people/store.ts';
import { wayBy } from '../preferences/preferences.ts';
import { quietUntil } from '../preferences/times.ts';
import { kindOf, type NotificationSystem } from '../system.ts';
import { localeOf } from '../templates/locale.ts';
import type { Render } from '../templates/words.ts';
import { isTrial, openedAs } from '../trials/trial.ts';
import type { UnsubscribeTokens } from '../unsubscribe/token.ts';
import { findSubscription, type Subscribed } from '../ways/store.ts';
import type { Contents } from './contents.ts';
import { filledAs } from './of-row.ts';
import type { Taken } from './queue.ts';

export type ComposeHost = {
  pool: pg.Pool;
  system: NotificationSystem;
  people: People;
  contents: Contents;
  render: Render;
  tokens: UnsubscribeTokens;
  /** Where people reach the API. */
  publicUrl: string | undefined;
};

/** What is sent; why nothing is; or when it may be. */
export type Composed = { message: Outgoing } | { suppressed: string } | { later: Date; reason: string };

/** Makes a delivery what its channel sends, by what the person has chosen and where they are reached in this moment. */
export async function compose(host: ComposeHost, taken: Taken): Promise<Composed> {
  const { user_id: userId, channel, kind } = taken;
  const { mandatory } = kindOf(host.system, kind);
  const { preferences, ...person } = await host.people.find(host.pool, userId);
  if (person.isDeleted || taken.content === null) return { suppressed: 'DELETED' };
  const isChosen = !mandatory && !isTrial(taken);
  if (isChosen) {
    if (!person.isActive) return { suppressed: 'INACTIVE' };
    if (wayBy(host.system, preferences, kind, channel) === undefined) return { suppressed: 'NOT_WANTED' };
    const later = quietUntil(taken.now, preferences.quietHours, preferences.zone);
    if (later) return { later, reason: 'QUIET_HOURS' };
  }
  const campaign = await campaignFor(host.pool, taken);
  if (campaign && !('words' in campaign)) return campaign;
  const to = await addressOf(host.pool, taken, person);
  // They were made a moment ago, and what tells of it is on its way.
  if (to === null && channel === 'email' && !person.isKnown)
    throw new Error('nobody has told yet where this person is reached');
  if (to === null) return { suppressed: 'NO_ADDRESS' };
  // What concerns the account goes there all the same: the link that confirms it is among that.
  if ((!mandatory || isTrial(taken)) && channel === 'email' && person.isEmailUnconfirmed)
    return { suppressed: 'ADDRESS_UNCONFIRMED' };
  if (await isBlocked(host.pool, channel, to)) return { suppressed: 'ADDRESS_BLOCKED' };
  const { publicUrl } = host;
  const { api, own } = host.system.paths;
  const unsubscribeUrl =
    mandatory || publicUrl === undefined
      ? null
      : `${publicUrl}${api}${own}/unsubscribe?token=${host.tokens.sign({ userId, kind })}`;
  const locale = localeOf(taken.locale, preferences.locale);
  const opened = openedAs(taken, await host.contents.open(taken.id, taken.content));
  const { zone } = preferences;
  const filled = filledAs(taken, locale);
  const words = opened.words ?? campaign?.words ?? filled.words;
  const about = { locale, zone, unsubscribeUrl, words };
  const rendered = await host.render(filled.kind, opened.parameters, about);
  return { message: { deliveryId: taken.id, to, ...rendered, unsubscribeUrl } };
}

/** Where to, as this channel has it; null: nowhere (any more). */
async function addressOf(
  pool: pg.Pool,
  { user_id: userId, channel, target }: Taken,
  { email, phone }: Pick<Person, 'email' | 'phone'>,
): Promise<string | null> {
  if (channel === 'push') {
    const subscription = await findSubscription(pool, userId, target);
    return subscription ? addressIn(subscription) : null;
  }
  if (target !== '') return target;
  return channel === 'sms' ? phone : email;
}

/** Of a browser all that it gave, of an app on a telephone its token. */
function addressIn({ endpoint, keys }: Subscribed): string {
  return keys === null ? endpoint : JSON.stringify({ endpoint, keys });
}

/** How long a message of a campaign that rests waits until somebody looks again. */
const PAUSE_MS = 60_000;

/** The words of the campaign whose message it is; or that it is not sent, or not now. Undefined: it is of none. */
async function campaignFor(
  pool: pg.Pool,
  { fact, now }: Taken,
): Promise<{ words: TemplateWords } | Exclude<Composed, { message: Outgoing }> | undefined> {
  const id = campaignOf(fact);
  if (id === undefined) return;
  const campaign = await findCampaign(pool, id);
  if (!campaign || campaign.state === 'cancelled') return { suppressed: 'CANCELLED' };
  if (campaign.state === 'paused') return { later: new Date(now.getTime() + PAUSE_MS), reason: 'PAUSED' };
  return { words: campaign.words };
}
