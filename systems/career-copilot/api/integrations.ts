import { PageQuery } from '@banyan/service/page-query';
import { type Static, Type } from 'typebox';
import { Id, Nullable, Timestamp } from './common.ts';

/** What a webhook may tell of. */
export const WEBHOOK_TYPES = [
  'application.created',
  'application.status_changed',
  'application.action_due',
  'job.matched',
  'saved_search.matched',
] as const;
export type WebhookType = (typeof WEBHOOK_TYPES)[number];
/** Sent when its owner asks for it, whatever types were chosen. */
export const TEST_TYPE = 'webhook.test';

const Url = Type.String({ minLength: 1, maxLength: 2000, description: 'https only.' });
const Description = Type.String({ maxLength: 200 });
const EventTypes = Type.Array(Type.Unsafe<WebhookType>({ type: 'string', enum: [...WEBHOOK_TYPES] }), {
  minItems: 1,
  maxItems: 20,
});

export const NewEndpoint = Type.Object({
  url: Url,
  event_types: EventTypes,
  description: Type.Optional(Description),
  enabled: Type.Optional(Type.Boolean({ description: 'Default true.' })),
});
export const EndpointChange = Type.Partial(NewEndpoint);

/** Why nothing is sent to an endpoint. */
const DISABLED = ['by_owner', 'failing', 'gone'] as const;
export type Disabled = (typeof DISABLED)[number];

export const Endpoint = Type.Object({
  id: Type.Integer(),
  url: Type.String(),
  description: Type.String(),
  event_types: Type.Array(Type.String()),
  disabled: Type.Unsafe<Disabled | null>({ type: ['string', 'null'], enum: [...DISABLED, null] }),
  failing_since: Nullable<Date>(Timestamp),
  created_at: Timestamp,
  version: Type.Integer(),
});

/** Shown when it is made, and never again. */
const Secret = Type.String({ description: '`whsec_` and base64, as Standard Webhooks has it.' });
export const EndpointWithSecret = Type.Object({ ...Endpoint.properties, secret: Secret });

export const Rotation = Type.Object({
  /** How long what is sent is signed with the old secret too. */
  overlap_hours: Type.Integer({ minimum: 0, maximum: 168, default: 24 }),
});
export const Rotated = Type.Object({ secret: Secret, previous_until: Timestamp });

const DELIVERY_STATES = ['pending', 'delivered', 'dead'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
const State = Type.Unsafe<DeliveryState>({ type: 'string', enum: [...DELIVERY_STATES] });

export const DeliveryQuery = Type.Object({ ...PageQuery.properties, state: Type.Optional(State) });
export const Delivery = Type.Object({
  id: Type.Integer(),
  message_id: Type.String({ description: 'The `webhook-id` of each of its attempts.' }),
  type: Type.String(),
  state: State,
  attempts: Type.Integer({ description: 'Since it was asked for last.' }),
  due_at: Nullable<Date>(Timestamp),
  created_at: Timestamp,
});

const Attempt = Type.Object({
  at: Timestamp,
  status: Nullable<number>(Type.Integer({ description: 'Of the answer.' })),
  error: Nullable<string>(Type.String({ description: 'Why there was no answer.' })),
  duration_ms: Type.Integer(),
});
export const DeliveryWithAttempts = Type.Object({
  ...Delivery.properties,
  body: Type.String({ description: 'As it is sent.' }),
  recent_attempts: Type.Array(Attempt, { description: 'The latest first, 50 at most.' }),
});

export const Replay = Type.Object({
  from: Type.String({ format: 'date-time', description: 'Of what was told from then on.' }),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'Default: now.' })),
  all: Type.Optional(Type.Boolean({ description: 'What was delivered as well. Default false.' })),
});
export const Replayed = Type.Object({ replayed: Type.Integer() });

export const OfDelivery = Type.Object({
  id: Id.properties.id,
  delivery: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
});

export type NewEndpoint = Static<typeof NewEndpoint>;
export type EndpointChange = Static<typeof EndpointChange>;
export type Endpoint = Static<typeof Endpoint>;
export type Delivery = Static<typeof Delivery>;
export type DeliveryWithAttempts = Static<typeof DeliveryWithAttempts>;
export type DeliveryQuery = Static<typeof DeliveryQuery>;
export type Replay = Static<typeof Replay>;
