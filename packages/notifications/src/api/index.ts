/**
 * What notifications answer to clients, whatever the system: each system states its kinds and what its ids are. Read by pages too, so
 * nothing but schemas is in here.
 */
import { Nullable, Timestamp } from '@banyan/monolith/api';
import { type Static, type TSchema, Type } from 'typebox';

/** By which way somebody is told. */
export const CHANNELS = ['in_app', 'email', 'sms', 'push'] as const;
export type Channel = (typeof CHANNELS)[number];
export const Channel = Type.Unsafe<Channel>({ type: 'string', enum: [...CHANNELS] });

/**
 * How far a message is: `sent` is what its channel has taken over, `delivered` what is known to have arrived, `suppressed` what was
 * not to be sent, with the reason.
 */
export const DELIVERY_STATES = [
  'queued',
  'sending',
  'sent',
  'delivered',
  'failed',
  'bounced',
  'suppressed',
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
export const DeliveryState = Type.Unsafe<DeliveryState>({ type: 'string', enum: [...DELIVERY_STATES] });

/** When e-mails of a kind are sent: each at once, or all of a day or a week in one. */
export type EmailWay = 'off' | 'instant' | 'daily' | 'weekly';
const EmailWay = Type.Unsafe<EmailWay>({
  type: 'string',
  enum: ['off', 'instant', 'daily', 'weekly'],
  description: 'Each at once, or those of a day or a week in one.',
});
/** By which channels somebody is told of a kind. */
export const Ways = Type.Object({
  in_app: Type.Boolean(),
  email: EmailWay,
  sms: Type.Boolean(),
  push: Type.Boolean(),
});
export type Ways = Static<typeof Ways>;

export const TimeOfDay = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', description: '`HH:MM`' });
const QuietHours = Type.Unsafe<{ from: string; to: string } | null>({
  ...Type.Object({ from: TimeOfDay, to: TimeOfDay }),
  type: ['object', 'null'],
  description:
    'When nothing but what is found in the app is told, where the person is; `from` after `to` is over midnight.',
});

/** How somebody is told of what, of these kinds. */
export function preferencesOf<const Kind extends string>(kinds: readonly Kind[]) {
  return Type.Object({ ...PREFERENCES, kinds: byKind(kinds, Ways) });
}

/** What is left out stays as it is. */
export function preferencesChangeOf<const Kind extends string>(kinds: readonly Kind[]) {
  return Type.Partial(
    Type.Object({ ...PREFERENCES, kinds: Type.Partial(byKind(kinds, Type.Partial(Ways))) }),
  );
}

const PREFERENCES = {
  locale: Nullable<string>(
    Type.String({ maxLength: 35, description: 'BCP 47; `en` and `de` have words of their own.' }),
  ),
  time_zone: Type.String({ maxLength: 64, description: 'A place of the IANA list, e.g. `Europe/Berlin`.' }),
  quiet_hours: QuietHours,
};

function byKind<Kind extends string, T extends TSchema>(kinds: readonly Kind[], ways: T) {
  return Type.Object(Object.fromEntries(kinds.map((kind) => [kind, ways])) as Record<Kind, T>);
}

/** All that somebody was told in the app, by whichever part of the system. */
export const FeedItem = Type.Object({
  id: Type.String({ description: 'Of the legacy API’s notifications `n` and their id.' }),
  kind: Type.String(),
  title: Type.String(),
  body: Type.String(),
  link: Nullable<string>(Type.String()),
  is_read: Type.Boolean(),
  created_at: Timestamp,
});
export type FeedItem = Static<typeof FeedItem>;

/** What became of one message. */
export const Delivery = Type.Object({
  id: Type.String({ format: 'uuid' }),
  kind: Type.String(),
  channel: Channel,
  state: DeliveryState,
  reason: Nullable<string>(Type.String({ description: 'Why it waits, was not sent, or did not arrive.' })),
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Delivery = Static<typeof Delivery>;

export const UNDELIVERED_STATES = ['failed', 'bounced'] as const;

/** What did not arrive, for administrators. */
export function undeliveredOf<Id extends TSchema>(userId: Id) {
  return Type.Object({ ...Delivery.properties, user_id: userId });
}

/** Languages that messages are written in; the first one is what is told to whoever reads none of them. */
export const LOCALES = ['en', 'de'] as const;
export type Locale = (typeof LOCALES)[number];

/** In which somebody is told of something: Liquid, filled when it is sent. */
export const TemplateWords = Type.Object({
  subject: Type.String({ minLength: 1, maxLength: 500 }),
  body: Type.String({
    minLength: 1,
    maxLength: 20_000,
    description: 'Paragraphs, parted by empty lines. Liquid.',
  }),
  action: Type.String({ maxLength: 100, description: 'On the button that leads to `link`; empty: none.' }),
  short: Type.String({ maxLength: 500, description: 'For SMS, push and the app.' }),
});
export type TemplateWords = Static<typeof TemplateWords>;

const { short: _none, ...OfMail } = TemplateWords.properties;
export const CampaignWords = Type.Object(OfMail);

/** Whom a campaign is for: all who have asked for news, narrowed by language or ids. */
export function audienceOf<Id extends TSchema>(userId: Id) {
  return Type.Object({
    locales: Type.Optional(
      Type.Array(Type.Unsafe<Locale>({ type: 'string', enum: [...LOCALES] }), { minItems: 1, maxItems: 10 }),
    ),
    user_ids: Type.Optional(Type.Array(userId, { minItems: 1, maxItems: 1_000 })),
  });
}

/** An e-mail to all who have asked for news. */
export function newCampaignOf<Id extends TSchema>(userId: Id) {
  return Type.Object({
    name: Type.String({ minLength: 1, maxLength: 200 }),
    words: CampaignWords,
    link: Type.Optional(Type.String({ format: 'uri', pattern: '^https?://', maxLength: 2_000 })),
    audience: audienceOf(userId),
    per_minute: Type.Integer({
      minimum: 1,
      maximum: 10_000,
      default: 60,
      description: 'So many are told at most.',
    }),
  });
}
