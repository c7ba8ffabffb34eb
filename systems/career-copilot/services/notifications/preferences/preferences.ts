import type { Channel } from '../../../api/notifications.ts';
import { type Kind, kinds } from '../templates/kinds.ts';

/** When e-mails of a kind are sent: each at once, or all of a day or a week in one. */
export type EmailWay = 'off' | 'instant' | 'daily' | 'weekly';

/** By which channels somebody is told of a kind. */
export type Ways = { in_app: boolean; email: EmailWay; sms: boolean; push: boolean };
/** `HH:MM` where the person is; `from` after `to` is over midnight. */
export type QuietHours = { from: string; to: string };

export type Preferences = {
  locale: string | null;
  zone: string;
  quietHours: QuietHours | null;
  /** Where the person has chosen something: the rest is as `DEFAULTS` has it. */
  chosen: Partial<Record<ChosenKind, Partial<Ways>>>;
};

/** Kinds that people choose about: what concerns their account they are told anyway. */
export const CHOSEN_KINDS = (Object.keys(kinds) as Kind[]).filter(
  (kind): kind is ChosenKind => !kinds[kind].mandatory && kind !== 'digest',
);
export type ChosenKind =
  | 'status_changed'
  | 'next_action_due'
  | 'job_matched'
  | 'saved_search_matched'
  | 'webhook_disabled'
  | 'connection_lost'
  | 'mail_recognized'
  | 'news';

/**
 * What people are told who have not chosen. Changes of status are mostly their own doing, so they find them in the app; a saved search says by itself
 * how often; jobs that fit come together once a day, and so do forwarded mails that wait for a word. What has stopped working is told at once.
 * News are for those who have asked for them.
 */
export const DEFAULTS: Record<ChosenKind, Ways> = {
  status_changed: { in_app: true, email: 'off', sms: false, push: true },
  next_action_due: { in_app: true, email: 'instant', sms: false, push: true },
  job_matched: { in_app: true, email: 'daily', sms: false, push: false },
  saved_search_matched: { in_app: true, email: 'instant', sms: false, push: true },
  webhook_disabled: { in_app: true, email: 'instant', sms: false, push: false },
  connection_lost: { in_app: true, email: 'instant', sms: false, push: true },
  mail_recognized: { in_app: true, email: 'daily', sms: false, push: true },
  news: { in_app: false, email: 'off', sms: false, push: false },
};

export function waysOf({ chosen }: Pick<Preferences, 'chosen'>, kind: ChosenKind): Ways {
  return { ...DEFAULTS[kind], ...chosen[kind] };
}

/** When e-mails (a digest counts as all kinds that come in digests) or messages of a kind are sent by this channel now; undefined: never. */
export function wayBy(
  preferences: Pick<Preferences, 'chosen'>,
  kind: string,
  channel: Channel,
): EmailWay | undefined {
  if (kind === 'digest') {
    const inDigests = CHOSEN_KINDS.some((one) => isDigest(waysOf(preferences, one).email));
    return inDigests ? 'instant' : undefined;
  }
  const way = waysOf(preferences, kind as ChosenKind)[channel];
  if (way === true) return 'instant';
  return way === false || way === 'off' ? undefined : way;
}

/** After somebody does not want e-mails of this kind any more; of a digest: none that come in digests. */
export function without({ chosen }: Preferences, kind: string): Preferences['chosen'] {
  const ended =
    kind === 'digest'
      ? CHOSEN_KINDS.filter((one) => isDigest(waysOf({ chosen }, one).email))
      : [kind as ChosenKind];
  return { ...chosen, ...Object.fromEntries(ended.map((one) => [one, { ...chosen[one], email: 'off' }])) };
}

function isDigest(way: EmailWay): boolean {
  return way === 'daily' || way === 'weekly';
}
