import { withTransaction } from '@banyan/postgres';
import { defineErrors, isZone, type ServiceApp } from '@banyan/service';
import { preferencesChangeOf, preferencesOf, type Ways } from '../api/index.ts';
import type { RoutesHost } from '../routes-host.ts';
import { chosenKinds, type NotificationSystem } from '../system.ts';
import { type Preferences, waysOf } from './preferences.ts';
import { changePreferences } from './store.ts';

type Shown = {
  locale: string | null;
  time_zone: string;
  quiet_hours: { from: string; to: string } | null;
  kinds: Record<string, Ways>;
};
type Change = Partial<Omit<Shown, 'kinds'>> & { kinds?: Partial<Record<string, Partial<Ways>>> };

const errors = defineErrors({
  BAD_TIME_ZONE: [422, 'The time zone is none of the IANA list, e.g. Europe/Berlin.'],
  BAD_LOCALE: [422, 'The locale is no language tag, e.g. de-AT.'],
});

/** What people want to be told, how and when. */
export function preferenceRoutes(app: ServiceApp, { pool, system, access, telling, own }: RoutesHost): void {
  const { people } = telling;
  const kinds = chosenKinds(system);
  const response = { 200: preferencesOf(kinds) };

  app.get(`${own}/preferences`, { ...access.signedIn(), schema: { response } }, async (request) =>
    shown(system, (await people.find(pool, access.callerOf(request))).preferences),
  );

  app.put(
    `${own}/preferences`,
    { ...access.signedIn(422), schema: { body: preferencesChangeOf(kinds), response } },
    async (request) => {
      const change = request.body as Change;
      if (change.time_zone !== undefined && !isZone(change.time_zone)) throw errors('BAD_TIME_ZONE');
      if (change.locale !== undefined && change.locale !== null && !isLocale(change.locale))
        throw errors('BAD_LOCALE');
      const after = await withTransaction(pool, (tx) =>
        changePreferences(tx, access.callerOf(request), (before) => changed(system, before, change)),
      );
      return shown(system, after);
    },
  );
}

/** What is no kind or no channel of ours is passed over. */
function changed(system: NotificationSystem, before: Preferences, change: Change): Preferences {
  const chosen = chosenKinds(system).flatMap((kind) => {
    const ways = Object.entries(change.kinds?.[kind] ?? {}).filter(([channel]) =>
      Object.hasOwn(system.kinds[kind]!.ways!, channel),
    );
    return ways.length === 0 ? [] : [[kind, { ...before.chosen[kind], ...Object.fromEntries(ways) }]];
  });
  return {
    locale: change.locale === undefined ? before.locale : change.locale,
    zone: change.time_zone ?? before.zone,
    quietHours: change.quiet_hours === undefined ? before.quietHours : change.quiet_hours,
    chosen: { ...before.chosen, ...Object.fromEntries(chosen) },
  };
}

function shown(system: NotificationSystem, preferences: Preferences): Shown {
  const kinds = Object.fromEntries(
    chosenKinds(system).map((kind) => [kind, waysOf(system, preferences, kind)]),
  );
  return {
    locale: preferences.locale,
    time_zone: preferences.zone,
    quiet_hours: preferences.quietHours,
    kinds,
  };
}

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
