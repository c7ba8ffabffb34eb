import type { Answer } from '../../api/index.ts';

export const TEMPLATES = 'GET /api/v1/notifications/templates';
export const TEMPLATE = 'GET /api/v1/notifications/templates/{kind}/{locale}';
type Listed = Answer<typeof TEMPLATES>['templates'][number];
export type Kind = Listed['kind'];
export type Locale = Listed['locale'];

/** By kind, in the order in which they are told, each with its languages. */
export function byKind(all: readonly Listed[]): { kind: Kind; locales: Listed[] }[] {
  return [...Map.groupBy(all, ({ kind }) => kind)].map(([kind, locales]) => ({ kind, locales }));
}

export function pathOfTemplate({ kind, locale }: { kind: Kind; locale: Locale }): string {
  return `/administration/templates/${kind}/${locale}`;
}
