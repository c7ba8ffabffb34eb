import { JsonObject } from '@banyan/monolith/api';
import { withTransaction } from '@banyan/postgres';
import { defineErrors, ifMatch, isZone, preconditionFailed, type ServiceApp, tag } from '@banyan/service';
import { Type } from 'typebox';
import { LOCALES, type Locale, TemplateWords } from '../api/index.ts';
import type { RoutesHost } from '../routes-host.ts';
import { kindOf, type NotificationSystem } from '../system.ts';
import { footerOf } from './footer.ts';
import { type Rendered, render } from './render.ts';
import { addWords, findWords, listVersions } from './store.ts';

const errors = defineErrors({
  BAD_TEMPLATE: [422, 'The template cannot be filled. See `problem`.'],
  BAD_TIME_ZONE: [422, 'The time zone is none of the IANA list, e.g. Europe/Berlin.'],
});

const Version = Type.Integer({ description: '0: as built in.' });
export const Preview = Type.Object({
  words: Type.Optional(TemplateWords),
  parameters: Type.Optional(JsonObject),
  time_zone: Type.String({ maxLength: 64, default: 'UTC' }),
});
const Shown = Type.Object({
  subject: Type.String(),
  text: Type.String(),
  html: Type.String(),
  short: Type.String(),
});

/** The words in which people are told, for administrators: as they are, as they would look, and other ones. */
export function templateRoutes(app: ServiceApp, { pool, system, access, own, says }: RoutesHost): void {
  const config = access.admin;
  const OfTemplate = ofTemplate(system);
  const Stored = Type.Object({
    ...OfTemplate.properties,
    version: Version,
    words: TemplateWords,
    sample: JsonObject,
  });
  const Listed = Type.Object({ ...OfTemplate.properties, version: Version });
  const stored = async (kind: string, locale: Locale) => {
    const { version, ...words } = await wordsNow(pool, system, kind, locale);
    return { kind, locale, version, words, sample: kindOf(system, kind).sample as Record<string, unknown> };
  };

  app.get(
    `${own}/templates`,
    { ...config(), schema: { response: { 200: Type.Object({ templates: Type.Array(Listed) }) } } },
    async () => {
      const changed = await listVersions(pool);
      const templates = Object.keys(system.kinds).flatMap((kind) =>
        LOCALES.map((locale) => {
          const found = changed.find((one) => one.kind === kind && one.locale === locale);
          return { kind, locale, version: found?.version ?? 0 };
        }),
      );
      return { templates };
    },
  );

  app.get(
    `${own}/templates/:kind/:locale`,
    { ...config(), schema: { params: OfTemplate, response: { 200: Stored } } },
    async (request, reply) => {
      const found = await stored(request.params.kind, request.params.locale);
      tag(request, reply, found.version);
      return found;
    },
  );

  app.put(
    `${own}/templates/:kind/:locale`,
    {
      ...config(412, 422, 428),
      schema: { params: OfTemplate, body: TemplateWords, response: { 200: Stored } },
    },
    async (request) => {
      const { kind, locale } = request.params;
      const before = await stored(kind, locale);
      const meant = ifMatch(request);
      if (meant && !meant.includes(String(before.version))) throw preconditionFailed();
      await shown(system, kind, request.body, { locale, zone: 'UTC', parameters: before.sample });
      const version = before.version + 1;
      const byUserId = access.callerOf(request);
      await withTransaction(pool, async (tx) => {
        const isFirst = await addWords(tx, { kind, locale, version, words: request.body, byUserId });
        if (!isFirst) throw preconditionFailed();
        await says.publish(tx, 'TemplateUpdated', {
          template: kind,
          locale,
          templateVersion: version,
          byUserId,
        });
      });
      return await stored(kind, locale);
    },
  );

  app.post(
    `${own}/templates/:kind/:locale/preview`,
    { ...config(422), schema: { params: OfTemplate, body: Preview, response: { 200: Shown } } },
    async ({ params: { kind, locale }, body: { words, parameters, time_zone: zone } }) => {
      if (!isZone(zone)) throw errors('BAD_TIME_ZONE');
      const found = await stored(kind, locale);
      return await shown(system, kind, words ?? found.words, {
        locale,
        zone,
        parameters: parameters ?? found.sample,
      });
    },
  );
}

/** Of which template a route is. */
export const ofTemplate = ({ kinds }: Pick<NotificationSystem, 'kinds'>) =>
  Type.Object({
    kind: Type.Unsafe<string>({ type: 'string', enum: Object.keys(kinds) }),
    locale: Type.Unsafe<Locale>({ type: 'string', enum: [...LOCALES] }),
  });

/** In which it is told now, whoever wrote them. */
export async function wordsNow(
  pool: RoutesHost['pool'],
  system: NotificationSystem,
  kind: string,
  locale: Locale,
): Promise<TemplateWords & { version: number }> {
  return (await findWords(pool, kind, locale)) ?? { version: 0, ...system.words[kind]![locale] };
}

/** As it would be sent. Throws `BAD_TEMPLATE` with what is wrong and where. */
export async function shown(
  system: NotificationSystem,
  kind: string,
  words: TemplateWords,
  { locale, zone, parameters }: { locale: Locale; zone: string; parameters: Record<string, unknown> },
): Promise<Rendered> {
  const { mandatory } = kindOf(system, kind);
  const unsubscribeUrl = mandatory ? null : 'https://api.example/unsubscribe';
  try {
    return await render(words, parameters, {
      locale,
      zone,
      filters: system.filters,
      footer: footerOf(system.title, locale, { mandatory, unsubscribeUrl }),
    });
  } catch (cause) {
    throw errors('BAD_TEMPLATE', { fields: { problem: (cause as Error).message.slice(0, 500) }, cause });
  }
}
