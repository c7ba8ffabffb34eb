import type { Liquid } from 'liquidjs';
import type { Filters } from '../system.ts';

/** `filters`: those of the system. */
export type Formatting = { locale: string; zone: string; filters?: Filters };

/** By the filters of a system, and then by what else one is made of: to make one takes longer than to fill a template. */
const made = new WeakMap<Filters, Map<string, Liquid>>();
const NO_FILTERS: Filters = {};
/** Zones are many, and most people live in few. */
const MOST_MADE = 64;

/** One for this locale and zone; what it is filled with stays in no other. See `createLiquid`. */
export async function liquidOf(formatting: Formatting, { forHtml = false } = {}): Promise<Liquid> {
  const { locale, zone, filters = NO_FILTERS } = formatting;
  const ofFilters = made.get(filters) ?? new Map<string, Liquid>();
  made.set(filters, ofFilters);
  const name = JSON.stringify([locale, zone, forHtml]);
  const known = ofFilters.get(name);
  if (known) return known;
  const liquid = await createLiquid(formatting, { forHtml });
  if (ofFilters.size >= MOST_MADE) ofFilters.clear();
  ofFilters.set(name, liquid);
  return liquid;
}

/**
 * The language of templates: no files, no code, no reach outside of what they are filled with, and an end to what they may take. A
 * filter or a variable that is not there is an error, so that it is found by the preview and not by whoever is told.
 */
async function createLiquid(
  { locale, zone, filters = NO_FILTERS }: Formatting,
  { forHtml }: { forHtml: boolean },
): Promise<Liquid> {
  const { Liquid } = await import('liquidjs');
  const liquid = new Liquid({
    templates: {},
    strictFilters: true,
    strictVariables: true,
    lenientIf: true,
    ownPropertyOnly: true,
    parseLimit: 20_000,
    renderLimit: 200,
    memoryLimit: 1_000_000,
    ...(forHtml ? { outputEscape: 'escape' as const } : {}),
  });
  const plurals = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  liquid.registerFilter('number', (value: unknown) => numbers.format(Number(value)));
  // {{ count | plural: one: "# new job", other: "# new jobs" }}
  liquid.registerFilter('plural', (value: unknown, ...forms: [string, string][]) => {
    const words = Object.fromEntries(forms);
    const form = words[plurals.select(Number(value))] ?? words.other;
    if (form === undefined) throw new Error('plural needs at least the form `other`');
    return form.replaceAll('#', numbers.format(Number(value)));
  });
  // {{ at | moment }} is a day with its time, {{ at | day }} a day, both where the person is.
  const dates = (options: Intl.DateTimeFormatOptions) => {
    let format: Intl.DateTimeFormat | undefined;
    return (value: unknown) => {
      format ??= new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
      return format.format(new Date(String(value)));
    };
  };
  liquid.registerFilter('moment', dates({ dateStyle: 'full', timeStyle: 'short' }));
  liquid.registerFilter('day', dates({ dateStyle: 'full' }));
  // {{ to | state }} is what people call it; what nobody has a word for stays as it is.
  for (const [name, words] of Object.entries(filters))
    liquid.registerFilter(name, (value: unknown) => words[locale]?.[String(value)] ?? String(value));
  return liquid;
}
