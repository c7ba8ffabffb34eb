import { builtIn, type Locale } from './built-in.ts';
import { footerOf } from './footer.ts';
import { type Kind, kindOf } from './kinds.ts';
import { type Rendered, render } from './render.ts';

export type Render = (
  kind: string,
  parameters: Record<string, unknown>,
  about: { locale: Locale; zone: string; unsubscribeUrl: string | null },
) => Promise<Rendered>;

/** Renders kinds in the words that they have now. `webUrl`: where people find in a browser what they are told of; without it there are no links to it. */
export function createWords({ webUrl }: { webUrl: string | undefined }): Render {
  return async (kind, parameters, { locale, zone, unsubscribeUrl }) => {
    const { mandatory } = kindOf(kind);
    const link = parameters.link ?? (webUrl === undefined ? undefined : pageOf(kind, parameters, webUrl));
    const footer = footerOf(locale, { mandatory, unsubscribeUrl });
    const filled = { ...parameters, ...(link === undefined ? {} : { link }) };
    return await render(builtIn[kind as Kind][locale], filled, { locale, zone, footer });
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
  digest: () => '/notifications',
};
