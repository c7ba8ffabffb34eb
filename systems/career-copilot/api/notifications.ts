import { newCampaignOf, preferencesChangeOf, preferencesOf } from '@banyan/notifications/api';
import { type Static, Type } from 'typebox';
import { INTEGER, Paging, Timestamp } from './common.ts';

export {
  CampaignWords,
  CHANNELS,
  Channel,
  DELIVERY_STATES,
  LOCALES,
  TemplateWords,
  TimeOfDay,
  UNDELIVERED_STATES,
} from '@banyan/notifications/api';

export const Notification = Type.Object({
  id: Type.Integer(),
  kind: Type.String(),
  title: Type.String(),
  body: Type.String(),
  is_read: Type.Boolean(),
  created_at: Timestamp,
});
export type Notification = Static<typeof Notification>;

export const NotificationQuery = Type.Object({ unread_only: Type.Optional(Type.Boolean()), ...Paging });
export type NotificationQuery = Static<typeof NotificationQuery>;

/** What people choose about. */
export const CHOSEN_KINDS = [
  'status_changed',
  'next_action_due',
  'job_matched',
  'saved_search_matched',
  'webhook_disabled',
  'connection_lost',
  'mail_recognized',
  'news',
] as const;

/** How somebody is told of what. */
export const Preferences = preferencesOf(CHOSEN_KINDS);
export type Preferences = Static<typeof Preferences>;

/** What is left out stays as it is. */
export const PreferencesChange = preferencesChangeOf(CHOSEN_KINDS);
export type PreferencesChange = Static<typeof PreferencesChange>;

/** A user, as administrators name them. */
export const NotifiedUser = Type.Integer({ ...INTEGER, minimum: 1 });
/** An e-mail to all who have asked for news. */
export const NewCampaign = newCampaignOf(NotifiedUser);
export type NewCampaign = Static<typeof NewCampaign>;
