import { withTransaction } from '@banyan/postgres';
import { defineErrors, isZone, type ServiceApp } from '@banyan/service';
import type pg from 'pg';
import * as api from '../../../api/notifications.ts';
import { callerOf } from '../../../kit/active-user.ts';
import { activeCaller } from '../callers.ts';
import { findPerson } from '../people/store.ts';
import { CHOSEN_KINDS, DEFAULTS, type Preferences, waysOf } from './preferences.ts';
import { changePreferences } from './store.ts';

const errors = defineErrors({
  BAD_TIME_ZONE: [422, 'The time zone is none of the IANA list, e.g. Europe/Berlin.'],
  BAD_LOCALE: [422, 'The locale is no language tag, e.g. de-AT.'],
});

/** What people want to be told, how and when. */
export function preferenceRoutes(app: ServiceApp, pool: pg.Pool): void {
  const ofCaller = activeCaller(pool);

  app.get(
    '/notifications/preferences',
    { ...ofCaller(), schema: { response: { 200: api.Preferences } } },
    async (request) => shown((await findPerson(pool, callerOf(request))).preferences),
  );

  app.put(
    '/notifications/preferences',
    { ...ofCaller(422), schema: { body: api.PreferencesChange, response: { 200: api.Preferences } } },
    async (request) => {
      const change = request.body;
      if (change.time_zone !== undefined && !isZone(change.time_zone)) throw errors('BAD_TIME_ZONE');
      if (change.locale !== undefined && change.locale !== null && !isLocale(change.locale))
        throw errors('BAD_LOCALE');
      const after = await withTransaction(pool, (tx) =>
        changePreferences(tx, callerOf(request), (before) => changed(before, change)),
      );
      return shown(after);
    },
  );
}

/** What is no kind or no channel of ours is passed over. */
function changed(before: Preferences, change: api.PreferencesChange): Preferences {
  const chosen = CHOSEN_KINDS.flatMap((kind) => {
    const ways = Object.entries(change.kinds?.[kind] ?? {}).filter(([channel]) =>
      Object.hasOwn(DEFAULTS[kind], channel),
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

function shown(preferences: Preferences): api.Preferences {
  const kinds = Object.fromEntries(CHOSEN_KINDS.map((kind) => [kind, waysOf(preferences, kind)]));
  return {
    locale: preferences.locale,
    time_zone: preferences.zone,
    quiet_hours: preferences.quietHours,
    kinds: kinds as api.Preferences['kinds'],
  };
}

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
