import type { Channel, Preferences, PreferencesChange } from '../../../../../api/notifications.ts';

export type Kind = keyof Preferences['kinds'];
export type Ways = Preferences['kinds'][Kind];
export type EmailWay = Ways['email'];

export const EMAIL_WAYS = ['off', 'instant', 'daily', 'weekly'] as const satisfies readonly EmailWay[];

/** What people are told of, as it belongs together. */
export const GROUPS = [
  { name: 'applications', kinds: ['status_changed', 'next_action_due', 'mail_recognized'] },
  { name: 'jobs', kinds: ['job_matched', 'saved_search_matched'] },
  { name: 'connections', kinds: ['connection_lost', 'webhook_disabled'] },
  { name: 'product', kinds: ['news'] },
] as const satisfies readonly { name: string; kinds: readonly Kind[] }[];

/** Kinds that are always found in the app: they are written there with what has changed. */
export const ALWAYS_IN_APP: readonly Kind[] = ['status_changed'];

/** The channels of people in the order in which they are shown, without those that are not set up. */
export function channelsShown(there: readonly Channel[]): Channel[] {
  return (['in_app', 'email', 'push', 'sms'] as const).filter((channel) => there.includes(channel));
}

/** Preferences with a change, as the service makes it: what is left out stays. */
export function withChange(before: Preferences, { kinds = {}, ...change }: PreferencesChange): Preferences {
  const ways = Object.entries(kinds).map(([kind, chosen]) => [
    kind,
    { ...before.kinds[kind as Kind], ...chosen },
  ]);
  return { ...before, ...change, kinds: { ...before.kinds, ...Object.fromEntries(ways) } };
}
