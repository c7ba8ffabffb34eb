import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { CHANNELS, type Channel } from '../api/index.ts';
import type { People, Person } from '../people/store.ts';
import { wayBy } from '../preferences/preferences.ts';
import { nextDigest } from '../preferences/times.ts';
import type { NotificationSystem, UserId } from '../system.ts';
import { localeOf } from '../templates/locale.ts';
import type { Render } from '../templates/words.ts';
import type { Contents } from './contents.ts';
import { makesRows } from './makes-rows.ts';
import { enqueue, keepAsRow, keepInApp, type NewDelivery } from './queue.ts';

/** Something that happened, of which somebody is told. */
export type Fact = {
  /** The same whenever it is heard of: by a channel it is told once. */
  fact: string;
  userId: UserId;
  /** Of those that people choose about. */
  kind: string;
  parameters: Record<string, unknown>;
  at: Date;
  /** Not after: it would be of no use any more. */
  expiresAt?: Date;
  /** It is found in the app already, by a row that others have made: it is told by the other ways only. */
  isInApp?: boolean;
};

const NEWS_MS = 3 * 24 * 3_600_000;

/** One way of telling it. */
type Way = {
  channel: Channel;
  state: NewDelivery['state'];
  reason: string | null;
  dueAt: Date | null;
  inDigest: boolean;
  /** The browser, of push. */
  target?: string;
};

/**
 * By which ways somebody is told of a fact, as they have chosen. What came so late that it is no news any more (this service was away) is kept
 * with the reason, and so is what a channel that is not configured cannot send.
 */
export function decideWays(
  { kind, at, isInApp }: Pick<Fact, 'kind' | 'at' | 'isInApp'>,
  { preferences, browsers }: Pick<Person, 'preferences' | 'browsers'>,
  {
    now,
    channels,
    system,
  }: {
    now: Date;
    channels: { has(channel: Channel): boolean };
    system: Pick<NotificationSystem, 'kinds'>;
  },
): Way[] {
  const isNews = now.getTime() - at.getTime() < NEWS_MS;
  return CHANNELS.flatMap((channel): Way[] => {
    const way = wayBy(system, preferences, kind, channel);
    if (way === undefined || way === 'off') return [];
    if (channel === 'in_app') {
      if (isInApp || system.kinds[kind]?.rowBy === 'others') return [];
      return [{ channel, state: 'sent', reason: null, dueAt: null, inDigest: false }];
    }
    const suppressed = (reason: string): Way[] => [
      { channel, state: 'suppressed', reason, dueAt: null, inDigest: false },
    ];
    if (channel === 'push' && browsers.length === 0) return [];
    if (!isNews) return suppressed('TOO_LATE');
    if (!channels.has(channel)) return suppressed('CHANNEL_OFF');
    if (channel === 'push')
      return browsers.map((target) => ({
        channel,
        state: 'queued',
        reason: null,
        dueAt: null,
        inDigest: false,
        target,
      }));
    const inDigest = way !== 'instant';
    const dueAt = inDigest ? nextDigest(now, way, preferences.zone) : null;
    return [{ channel, state: 'queued', reason: null, dueAt, inDigest }];
  });
}

export type TellHost = {
  system: NotificationSystem;
  people: People;
  contents: Contents;
  render: Render;
  /** Those that are configured. */
  channels: { has(channel: Channel): boolean };
  /** The service's name in a plan. */
  service: string;
};

/** What somebody finds in the app: as a row of `notifications`, or in the table that this service alone has. */
export type InApp = { deliveryId: string; isRow: boolean };

/**
 * Queues what tells somebody of a fact, in the transaction in which it is heard of; gives what they find in the app from then on. A person whose
 * account is gone is told nothing, and nothing of it is kept.
 */
export async function tell(
  tx: pg.PoolClient,
  { system, people, contents, channels, render, service }: TellHost,
  fact: Fact,
): Promise<InApp | undefined> {
  const person = await people.find(tx, fact.userId);
  if (person.isDeleted) return;
  let inApp: InApp | undefined;
  for (const way of decideWays(fact, person, { now: new Date(), channels, system })) {
    const id = randomUUID();
    const { locale, zone } = person.preferences;
    const content = way.state === 'queued' ? await contents.seal(id, fact.parameters) : null;
    const kept = await enqueue(tx, { ...fact, ...way, id, locale, content });
    if (way.channel !== 'in_app' || !kept.isNew) continue;
    const about = { locale: localeOf(locale), zone, mandatory: false, unsubscribeUrl: null };
    const { subject: title, short: body, link } = await render(fact.kind, fact.parameters, about);
    const isRow = system.kinds[fact.kind]?.rowBy === 'teller' && (await makesRows(tx, service));
    const keep = isRow ? keepAsRow : keepInApp;
    await keep(tx, { id, userId: fact.userId, kind: fact.kind, title, body, link });
    inApp = { deliveryId: id, isRow };
  }
  return inApp;
}
