import { type Static, Type } from 'typebox';
import { type Preferences, type PreferencesChange, TimeOfDay } from '../../../../../api/notifications.ts';
import { LANGUAGES, type Language } from '../../../i18n/locale.ts';

/** What is entered of when and in which words somebody is told. */
export const TimesFields = Type.Object({
  isQuiet: Type.Boolean(),
  from: TimeOfDay,
  to: TimeOfDay,
  zone: Type.String({ minLength: 1 }),
  language: Type.String(),
});
type Times = Static<typeof TimesFields>;

export type TimesEntry = {
  isQuiet: boolean;
  from: string | null;
  to: string | null;
  zone: string | null;
  language: Language;
};

/** Offered to whoever has none. */
const USUAL = { from: '22:00', to: '07:00' };

export function timesOf({ quiet_hours, time_zone, locale }: Preferences): TimesEntry {
  const language = locale?.toLowerCase().split('-')[0];
  return {
    isQuiet: quiet_hours !== null,
    ...(quiet_hours ?? USUAL),
    zone: time_zone,
    language: LANGUAGES.find((one) => one === language) ?? LANGUAGES[0],
  };
}

/** What is sent of what was entered. */
export function changeOf({ isQuiet, from, to, zone, language }: Times): PreferencesChange {
  return { quiet_hours: isQuiet ? { from, to } : null, time_zone: zone, locale: language };
}

/** Hours that begin when they end are none. */
export function isNoTime({ isQuiet, from, to }: Times): boolean {
  return isQuiet && from === to;
}

/** Zones that can be chosen, `Europe/Berlin`, with the one that is chosen if browsers know it by another name. */
export function zonesWith(chosen: string): string[] {
  const known = Intl.supportedValuesOf('timeZone');
  return known.includes(chosen) ? known : [chosen, ...known];
}

/** As people read it: `Europe/Isle of Man`. */
export function zoneLabel(zone: string): string {
  return zone.replaceAll('_', ' ');
}
