import { type Static, Type } from 'typebox';
import { TemplateWords } from '../../../../api/notifications.ts';
import type { Answer } from '../../api/index.ts';

export const TEMPLATES = 'GET /api/v1/notifications/templates';
export const TEMPLATE = 'GET /api/v1/notifications/templates/{kind}/{locale}';
type Listed = Answer<typeof TEMPLATES>['templates'][number];
export type Kind = Listed['kind'];
export type Locale = Listed['locale'];

const { subject, body, action, short } = TemplateWords.properties;

/** What is entered of a template: what may be empty may be left out. */
export const TemplateFields = Type.Object({
  subject,
  body,
  action: Type.Optional(action),
  short: Type.Optional(short),
});
export type TemplateFields = Static<typeof TemplateFields>;

/** As the API takes it. */
export function wordsOf({ subject, body, action = '', short = '' }: TemplateFields): TemplateWords {
  return { subject, body, action, short };
}

/** By kind, in the order in which they are told, each with its languages. */
export function byKind(all: readonly Listed[]): { kind: Kind; locales: Listed[] }[] {
  return [...Map.groupBy(all, ({ kind }) => kind)].map(([kind, locales]) => ({ kind, locales }));
}

export function pathOfTemplate({ kind, locale }: { kind: Kind; locale: Locale }): string {
  return `/administration/templates/${kind}/${locale}`;
}
