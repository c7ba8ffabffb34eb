import type { IconName } from '@banyan/ui';

/** What somebody was told in the app, whichever part of the system tells it. */
export type Told = {
  /** As the feed of the service has it: of what the monolith tells `n` and its number. */
  id: string;
  kind: string;
  title: string;
  body: string;
  /** Where it leads to, a path of these pages. */
  path: string | null;
  isRead: boolean;
  at: string;
};

type Legacy = { id: number; kind: string; title: string; body: string; is_read: boolean; created_at: string };
type FeedItem = Omit<Legacy, 'id'> & { id: string; link: string | null };

export function ofLegacy({ id, ...rest }: Legacy): Told {
  return ofFeed({ ...rest, id: `n${id}`, link: null });
}

export function ofFeed({ id, kind, title, body, link, is_read, created_at }: FeedItem): Told {
  return { id, kind, title, body, path: pathOf(link), isRead: is_read, at: created_at };
}

/** The number of one that the monolith has; null of others. */
export function legacyId(id: string): number | null {
  const number = /^n(\d+)$/.exec(id)?.[1];
  return number === undefined ? null : Number(number);
}

/**
 * The page that a link of a notification leads to. Links are made for e-mails, with the origin that the service was told; a page stays on its
 * own. What integrations names by its API is in the settings here.
 */
export function pathOf(link: string | null): string | null {
  if (link === null || !URL.canParse(link)) return null;
  const { pathname, search } = new URL(link);
  const named = Object.entries(ELSEWHERE).find(
    ([path]) => pathname === path || pathname.startsWith(`${path}/`),
  );
  // Two slashes would name another host.
  return named ? named[1] : pathname.replace(/^\/+/, '/') + search;
}

const ELSEWHERE = {
  '/integrations/webhooks': '/settings/webhooks',
  '/integrations/connections': '/settings/connections',
  '/integrations/mail': '/settings/mail',
};

const ICONS: Record<string, IconName> = {
  status_changed: 'board',
  next_action_due: 'check',
  job_matched: 'briefcase',
  new_job: 'briefcase',
  saved_search_matched: 'search',
  webhook_disabled: 'plug',
  connection_lost: 'plug',
  mail_recognized: 'mail',
  news: 'info',
};

export function iconOf(kind: string): IconName {
  return Object.hasOwn(ICONS, kind) ? ICONS[kind]! : 'bell';
}
