import type pg from 'pg';
import type { Locale, TemplateWords } from '../api/index.ts';
import { kindOf, type NotificationSystem } from '../system.ts';
import { footerOf } from './footer.ts';
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
export function createWords(
  system: NotificationSystem,
  { pool, webUrl }: { pool: pg.Pool; webUrl: string | undefined },
): Render {
  return async (kind, parameters, { locale, zone, unsubscribeUrl, words }) => {
    const { mandatory, page } = kindOf(system, kind);
    const link =
      parameters.link ??
      (webUrl === undefined || page === undefined ? undefined : new URL(page(parameters), webUrl).href);
    const footer = footerOf(system.title, locale, { mandatory, unsubscribeUrl });
    const filled = { ...parameters, ...(link === undefined ? {} : { link }) };
    const template = words ?? (await findWords(pool, kind, locale)) ?? system.words[kind]![locale];
    return await render(template, filled, { locale, zone, footer, filters: system.filters });
  };
}
