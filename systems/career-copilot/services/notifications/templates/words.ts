import type pg from 'pg';
import type { TemplateWords } from '../../../api/notifications.ts';
import { builtIn, type Locale } from './built-in.ts';
import { footerOf } from './footer.ts';
import { type Kind, kindOf } from './kinds.ts';
import { type Rendered, render } from './render.ts';
import { findWords } from './store.ts';

export type Render = (
  kind: string,
  parameters: Record<string, unknown>,
  about: {
    locale: Locale;
    zone: string;
    unsubscribeUrl: string | null;
    /** In place of those of the kind. */
    words?: TemplateWords | undefined;
  },
) => Promise<Rendered>;

/** Renders kinds in the words that they have now. `webUrl`: where people find in a browser what they are told of; without it there are no links to it. */
export function createWords({ pool, webUrl }: { pool: pg.Pool; webUrl: string | undefined }): Render {
  return async (kind, parameters, { locale, zone, unsubscribeUrl, words }) => {
    const { mandatory } = kindOf(kind);
    const link = parameters.link ?? (webUrl === undefined ? undefined : pageOf(kind, parameters, webUrl));
    const footer = footerOf(locale, { mandatory, unsubscribeUrl });
    const filled = { ...parameters, ...(link === undefined ? {} : { link }) };
    const template = words ?? (await findWords(pool, kind, locale)) ?? builtIn[kind as Kind][locale];
    return await render(template, filled, { locale, zone, footer });
  };
}

function pageOf(kind: string, parameters: Record<string, unknown>, webUrl: string): string | undefined {
  const page = PAGES[kind]?.(parameters);
  return page === undefined ? undefined : new URL(page, webUrl).href;
}

const PAGES: Record<string, (parameters: Record<string, unknown>) => string> = {
  status_changed: ({ applicationId }) => `/applications/${applicationId}`,
  next_action_due: ({ applicationId }) => `/applications/${applicationId}`,
  job_matched: ({ jobId }) => `/jobs/${jobId}`,
  saved_search_matched: ({ searchId }) => `/searches/${searchId}`,
  webhook_disabled: ({ endpointId }) => `/integrations/webhooks/${endpointId}`,
  connection_lost: () => '/integrations/connections',
  mail_recognized: ({ proposalId }) => `/integrations/mail/${proposalId}`,
  digest: () => '/notifications',
};
